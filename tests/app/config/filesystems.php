<?php

declare(strict_types=1);

/** What differs from the framework's own config/filesystems.php: one folder for each way a file arrives. */
return [

    'disks' => [

        'uploads' => [
            'driver' => 'local',
            'root' => storage_path('app/uploads'),
            'throw' => true,
        ],

    ],

    'links' => [
        public_path('storage') => storage_path('app/public'),
    ],

];
