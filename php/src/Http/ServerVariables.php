<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use LaravelBridge\Wire\Request;

/**
 * $_SERVER of one request: the request and nothing else. The environment of the process, with its secrets, stays out.
 */
final class ServerVariables
{
    private const SOFTWARE = 'laravel-bridge';

    /** @var array<string, string> */
    private readonly array $script;

    public function __construct(string $publicPath)
    {
        $script = [
            'SERVER_SOFTWARE' => self::SOFTWARE,
            'GATEWAY_INTERFACE' => 'CGI/1.1',
            'DOCUMENT_ROOT' => $publicPath,
            'SCRIPT_FILENAME' => $publicPath.'/index.php',
            'SCRIPT_NAME' => '/index.php',
            'PHP_SELF' => '/index.php',
            'DOCUMENT_URI' => '/index.php',
            // nginx names them in any case.
            'CONTENT_TYPE' => '',
            'CONTENT_LENGTH' => '',
        ];
        // The one word of the environment that is meant for a request: where a developer wants dumps to go.
        $dumps = getenv('VAR_DUMPER_FORMAT');
        $this->script = $dumps === false ? $script : $script + ['VAR_DUMPER_FORMAT' => $dumps];
    }

    /**
     * @return array<string, mixed>
     */
    public function of(Request $request): array
    {
        $query = strpos($request->target, '?');
        $server = $this->script + [
            'REQUEST_METHOD' => $request->method,
            'REQUEST_URI' => $request->target,
            'QUERY_STRING' => $query === false ? '' : substr($request->target, $query + 1),
            'REQUEST_SCHEME' => $request->scheme,
            'SERVER_PROTOCOL' => 'HTTP/'.$request->version,
            'SERVER_NAME' => self::nameOf($request->host, $request->serverAddress),
            'SERVER_ADDR' => $request->serverAddress,
            'SERVER_PORT' => (string) $request->serverPort,
            'REMOTE_ADDR' => $request->clientAddress,
            'REMOTE_PORT' => (string) $request->clientPort,
            'REQUEST_TIME' => (int) $request->time,
            'REQUEST_TIME_FLOAT' => $request->time,
        ];
        if ($request->scheme === 'https') {
            $server['HTTPS'] = 'on';
        }
        foreach ($request->headers as [$name, $value]) {
            // An underscore would be taken for a hyphen that the server did not check; Proxy would be taken for HTTP_PROXY.
            if (str_contains($name, '_')) {
                continue;
            }
            $key = strtr(strtoupper($name), '-', '_');
            if ($key === 'CONTENT_TYPE' || $key === 'CONTENT_LENGTH') {
                $server[$key] = $value;

                continue;
            }
            if ($key === 'PROXY') {
                continue;
            }
            $key = 'HTTP_'.$key;
            $server[$key] = isset($server[$key]) ? $server[$key].($key === 'HTTP_COOKIE' ? '; ' : ', ').$value : $value;
        }
        if ($request->length > 0) {
            $server['CONTENT_LENGTH'] = (string) $request->length;
        }
        if ($request->host !== '') {
            $server['HTTP_HOST'] = $request->host;
        }
        if ($request->id !== '') {
            $server['HTTP_X_REQUEST_ID'] = $request->id;
        }
        if (isset($server['HTTP_AUTHORIZATION'])) {
            $this->authenticate($server, (string) $server['HTTP_AUTHORIZATION']);
        }

        return $server;
    }

    /**
     * @param  array<string, mixed>  $server
     */
    private function authenticate(array &$server, string $authorization): void
    {
        if (strncasecmp($authorization, 'Basic ', 6) === 0) {
            $pair = base64_decode(substr($authorization, 6), true);
            $colon = $pair === false ? false : strpos($pair, ':');
            if ($pair !== false && $colon !== false) {
                $server['PHP_AUTH_USER'] = substr($pair, 0, $colon);
                $password = substr($pair, $colon + 1);
                if ($password !== '') {
                    // PHP leaves an empty one out.
                    $server['PHP_AUTH_PW'] = $password;
                }
            }
        } elseif (strncasecmp($authorization, 'Digest ', 7) === 0) {
            $server['PHP_AUTH_DIGEST'] = substr($authorization, 7);
        }
    }

    private static function nameOf(string $host, string $address): string
    {
        if ($host === '') {
            return $address;
        }
        // The colons of an IPv6 address stand between brackets.
        $colon = strrpos($host, ':');

        return $colon === false || $host[-1] === ']' ? $host : substr($host, 0, $colon);
    }
}
