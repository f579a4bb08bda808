<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * Stands for a variable without a value.
 */
enum Nothing
{
    case There;
}
