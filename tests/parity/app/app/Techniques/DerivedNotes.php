<?php

declare(strict_types=1);

namespace App\Techniques;

final class DerivedNotes extends Notes
{
}
