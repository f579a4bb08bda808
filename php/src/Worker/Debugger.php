<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Wire\Request;

/**
 * Xdebug's step debugger, where PHP has it and its mode says "debug".
 *
 * Xdebug looks for its triggers when a process starts, and a worker has started before the request came: what it would
 * have found in a request is looked for here. A request that starts with it anyway (start_with_request=yes) needs nothing.
 */
final class Debugger
{
    private const TRIGGERS = ['XDEBUG_SESSION', 'XDEBUG_SESSION_START', 'XDEBUG_TRIGGER'];

    private static ?bool $possible = null;

    public static function possible(): bool
    {
        return self::$possible ??= function_exists('xdebug_info') && function_exists('xdebug_connect_to_client')
            && in_array('debug', (array) xdebug_info('mode'), true);
    }

    /**
     * Calls the debugger if this request asks for it.
     *
     * @return bool whether it came, and is attached to this process from now on
     */
    public static function attach(Request $request): bool
    {
        if (! self::possible() || xdebug_is_debugger_active() || ! self::isAsked($request)) {
            return false;
        }
        xdebug_connect_to_client();

        return xdebug_is_debugger_active();
    }

    private static function isAsked(Request $request): bool
    {
        parse_str((string) parse_url($request->target, PHP_URL_QUERY), $values);
        foreach ($request->headers as [$name, $value]) {
            if (strcasecmp($name, 'Cookie') === 0) {
                parse_str(strtr($value, [';' => '&', ' ' => '']), $cookies);
                $values += $cookies;
            }
        }
        $secrets = array_filter(array_map(trim(...), explode(',', (string) ini_get('xdebug.trigger_value'))));
        foreach (array_intersect_key($values, array_flip(self::TRIGGERS)) as $value) {
            if ($secrets === [] || in_array($value, $secrets, true)) {
                return true;
            }
        }

        return false;
    }
}
