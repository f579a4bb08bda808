<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Translation\Translator;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * The language of the request: translator, and Carbon, which follows it.
 */
final class Locale implements Resetter
{
    private readonly ?ObjectState $translator;

    private readonly string $carbon;

    public function __construct(Application $app)
    {
        $translator = $app->resolved('translator') ? $app->make('translator') : null;
        // Lines once loaded, and keys once parsed, hold for every request.
        $this->translator = $translator instanceof Translator ? ObjectState::of($translator, ['loaded', 'parsed']) : null;
        $this->carbon = Carbon::getLocale();
    }

    public function reset(): void
    {
        $this->translator?->restore();
        if (class_exists(Carbon::class, false) && Carbon::getLocale() !== $this->carbon) {
            Carbon::setLocale($this->carbon);
            CarbonImmutable::setLocale($this->carbon);
        }
    }
}
