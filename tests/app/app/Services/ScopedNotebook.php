<?php

declare(strict_types=1);

namespace App\Services;

/** The same as a scoped binding, which every resident server has to forget between two requests. */
final class ScopedNotebook extends Notebook
{
}
