<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\FactoryImmutable;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;
use Symfony\Contracts\Translation\LocaleAwareInterface;

/**
 * What a request tells all dates: the language, a time that stands still (setTestNow), the first day of the week, macros.
 * Carbon 3 keeps it in one object, Carbon 2 in static properties.
 */
final class Carbons implements Resetter
{
    private const STATICS = [
        'testNow', 'testDefaultTimezone', 'translator', 'weekStartsAt', 'weekEndsAt', 'weekendDays', 'monthsOverflow', 'yearsOverflow',
        'strictModeEnabled', 'humanDiffOptions', 'serializer', 'toStringFormat', 'globalMacros', 'globalGenericMacros',
    ];

    /** @var list<ObjectState|StaticState> */
    private readonly array $states;

    private readonly string $locale;

    /** What Carbon asks for its language. */
    private readonly object $translator;

    public function __construct()
    {
        $this->locale = Carbon::getLocale();
        $this->translator = Carbon::getTranslator();
        // @phpstan-ignore function.alreadyNarrowedType (not in Carbon 2)
        $this->states = method_exists(FactoryImmutable::class, 'getDefaultInstance')
            ? [ObjectState::of(FactoryImmutable::getDefaultInstance())]
            : [new StaticState(Carbon::class, self::STATICS), new StaticState(CarbonImmutable::class, self::STATICS)];
    }

    public function reset(): void
    {
        foreach ($this->states as $state) {
            $state instanceof ObjectState ? $state->restore() : $state->reset();
        }
        if ($this->translator instanceof LocaleAwareInterface && $this->translator->getLocale() !== $this->locale) {
            Carbon::setLocale($this->locale);
            CarbonImmutable::setLocale($this->locale);
        }
    }
}
