<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Support\NamespacedItemResolver;
use Illuminate\Translation\Translator;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * The translator: language, fallback, and where lines come from. Lines once loaded hold for every request, as long as they
 * come from the same places.
 */
final class Locale implements Resetter
{
    /** Texts that are no keys are taken apart and remembered, too. */
    private const MANY = 2000;

    private readonly ?Translator $translator;

    private readonly ?ObjectState $state;

    private readonly ?ObjectState $loader;

    /** @var Closure(NamespacedItemResolver): int */
    private readonly Closure $parsed;

    public function __construct(Application $app)
    {
        $translator = $app->resolved('translator') ? $app->make('translator') : null;
        $this->translator = $translator instanceof Translator ? $translator : null;
        $this->state = $this->translator === null ? null : ObjectState::of($this->translator, ['loaded', 'parsed']);
        $this->loader = $this->translator === null ? null : ObjectState::of($this->translator->getLoader());
        /** @var Closure(NamespacedItemResolver): int $parsed */
        $parsed = Closure::bind(static fn (NamespacedItemResolver $names): int => count($names->parsed), null, NamespacedItemResolver::class);
        $this->parsed = $parsed;
    }

    public function reset(): void
    {
        if ($this->translator === null) {
            return;
        }
        $this->state?->restore();
        if ($this->loader !== null && $this->loader->restore()) {
            $this->translator->setLoaded([]);
        }
        if (($this->parsed)($this->translator) > self::MANY) {
            $this->translator->flushParsedKeys();
        }
    }
}
