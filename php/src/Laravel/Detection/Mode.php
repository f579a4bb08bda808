<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * How closely requests are looked at.
 */
enum Mode
{
    case Off;

    /** After each request, but for memory, which is looked at now and then. */
    case Usual;

    /** Memory after each request and for each route by itself: for a check, which calls one route after the other. */
    case Thorough;
}
