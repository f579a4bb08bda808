<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use Illuminate\Database\Eloquent\Model;

/**
 * A model that listens to itself, as traits for slugs, identifiers and histories make models do.
 *
 * @property string $name
 */
final class ListeningModel extends Model
{
    public $timestamps = false;

    protected $guarded = [];

    protected static function booted(): void
    {
        self::creating(static function (self $model): void {
            $model->name = "heard {$model->name}";
        });
    }
}
