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
 * come from the same places; those that a request has added (addLines) do not.
 */
final class Locale implements Resetter
{
    /** Texts that are no keys are taken apart and remembered, too. */
    private const MANY = 2000;

    private readonly ?Translator $translator;

    private readonly ?ObjectState $state;

    private readonly ?ObjectState $loader;

    /** @var Closure(Translator): array<string, array<string, array<string, mixed>>> */
    private readonly Closure $loaded;

    /** @var array<string, array<string, array<string, mixed>>> lines by namespace, group and language, as they are in their files */
    private array $known = [];

    /** @var Closure(NamespacedItemResolver): int */
    private readonly Closure $parsed;

    public function __construct(Application $app)
    {
        $translator = $app->resolved('translator') ? $app->make('translator') : null;
        $this->translator = $translator instanceof Translator ? $translator : null;
        $this->state = $this->translator === null ? null : ObjectState::of($this->translator, ['loaded', 'parsed']);
        $this->loader = $this->translator === null ? null : ObjectState::of($this->translator->getLoader());
        /** @var Closure(Translator): array<string, array<string, array<string, mixed>>> $loaded */
        $loaded = Closure::bind(static fn (Translator $translator): array => $translator->loaded, null, Translator::class);
        $this->loaded = $loaded;
        $this->known = $this->translator === null ? [] : $loaded($this->translator);
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
            $this->translator->setLoaded($this->known = []);
        }
        $this->forgetAddedLines($this->translator);
        if (($this->parsed)($this->translator) > self::MANY) {
            $this->translator->flushParsedKeys();
        }
    }

    /** What is not as in its file was added by the request; it is compared once, when it is new. */
    private function forgetAddedLines(Translator $translator): void
    {
        $loaded = ($this->loaded)($translator);
        if ($loaded === $this->known) {
            return;
        }
        foreach ($loaded as $namespace => $groups) {
            foreach ($groups as $group => $languages) {
                foreach ($languages as $language => $lines) {
                    $known = $this->known[$namespace][$group][$language] ?? null;
                    if ($lines !== $known && $lines !== $translator->getLoader()->load($language, $group, $namespace)) {
                        unset($loaded[$namespace][$group][$language]);
                    }
                }
            }
        }
        $translator->setLoaded($this->known = $loaded);
    }
}
