<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;

/** PHP itself, as a request finds it. */
final class RuntimeController extends Controller
{
    private const SETTINGS = [
        'memory_limit', 'max_execution_time', 'max_input_time', 'max_input_vars', 'post_max_size', 'upload_max_filesize', 'max_file_uploads', 'file_uploads',
        'display_errors', 'display_startup_errors', 'html_errors', 'log_errors', 'error_reporting', 'output_buffering', 'implicit_flush', 'default_charset',
        'default_mimetype', 'date.timezone', 'variables_order', 'request_order', 'register_argc_argv', 'auto_globals_jit', 'short_open_tag', 'precision',
        'serialize_precision', 'zend.assertions', 'allow_url_fopen', 'allow_url_include', 'open_basedir', 'disable_functions', 'ignore_user_abort', 'session.save_handler',
        'session.gc_probability', 'session.use_strict_mode', 'session.name', 'default_socket_timeout', 'user_agent', 'include_path', 'arg_separator.output',
        'pcre.backtrack_limit', 'pcre.jit', 'mbstring.language', 'realpath_cache_size', 'expose_php', 'enable_dl', 'upload_tmp_dir', 'sys_temp_dir',
    ];

    private const FUNCTIONS = [
        'getallheaders', 'apache_request_headers', 'fastcgi_finish_request', 'fpm_get_status', 'header', 'setcookie', 'headers_list', 'is_uploaded_file',
        'move_uploaded_file', 'connection_status', 'ignore_user_abort', 'set_time_limit', 'proc_open', 'exec', 'mail', 'opcache_get_status', 'readline', 'dl',
        'cli_set_process_title', 'pcntl_fork', 'posix_getpid',
    ];

    public function ini(): JsonResponse
    {
        return response()->json(array_combine(self::SETTINGS, array_map(static fn (string $name): string|false => ini_get($name), self::SETTINGS)));
    }

    public function sapi(): JsonResponse
    {
        return response()->json([
            'constant' => PHP_SAPI,
            'function' => php_sapi_name(),
            'console' => app()->runningInConsole(),
            'unit_tests' => app()->runningUnitTests(),
            'stdin' => defined('STDIN'),
            'stdout' => defined('STDOUT'),
            'argv' => isset($_SERVER['argv']),
            'global_argv' => isset($GLOBALS['argv']),
            'cwd' => getcwd() === public_path() ? 'public' : getcwd(),
            'include' => basename(get_included_files()[0]),
            'umask' => umask(),
            'locale' => setlocale(LC_ALL, '0'),
            'extensions' => collect(get_loaded_extensions())->map(strtolower(...))->diff(['cgi-fcgi', 'pcntl', 'readline', 'ffi'])->sort()->values(),
            'functions' => array_combine(self::FUNCTIONS, array_map(function_exists(...), self::FUNCTIONS)),
            'env' => array_keys($_ENV),
            'getenv' => getenv('PATH') !== false,
            'user_abort' => ignore_user_abort(),
            'connection' => connection_status(),
            'error_reporting' => error_reporting(),
        ]);
    }

    /** The fields of the request by PHP's own functions. */
    public function fields(): JsonResponse
    {
        return response()->json(['all' => getallheaders(), 'apache' => apache_request_headers()]);
    }

    /** Names and values of $_SERVER; what says the same twice is left out. */
    public function server(Request $request): JsonResponse
    {
        $server = $_SERVER;
        ksort($server);

        return response()->json([
            'names' => array_keys($server),
            'values' => array_diff_key($server, array_flip(['REQUEST_TIME', 'REQUEST_TIME_FLOAT', 'REMOTE_PORT', 'HTTP_X_REQUEST_ID'])),
            'types' => array_map(gettype(...), $server),
            'same' => $request->server->all() == $_SERVER,
            'now' => abs(time() - (int) $_SERVER['REQUEST_TIME']) < 3,
        ], options: JSON_INVALID_UTF8_SUBSTITUTE);
    }

    public function locale(): JsonResponse
    {
        return response()->json([
            'timezone' => date_default_timezone_get(),
            'locale' => app()->getLocale(),
            'lc' => setlocale(LC_ALL, '0'),
            'mb' => [mb_internal_encoding(), mb_language(), mb_substitute_character()],
            'number' => number_format(1234.5, 1),
            'float' => 1 / 3,
            'upper' => strtoupper('äb'),
            'basename' => basename('/x/äb'),
            'escaped' => escapeshellarg('ä'),
            'date' => date('T', 0),
        ], options: JSON_INVALID_UTF8_SUBSTITUTE);
    }

    /** The body by the ways that lead to it. */
    public function input(Request $request): JsonResponse
    {
        $first = (string) file_get_contents('php://input');
        $stream = fopen('php://input', 'rb');
        fseek($stream, 3);
        $part = fread($stream, 4);
        rewind($stream);
        $again = stream_get_contents($stream);
        $resource = $request->getContent(true);

        return response()->json([
            'length' => strlen($first),
            'sha1' => sha1($first),
            'twice' => $again === $first,
            'part' => bin2hex((string) $part),
            'end' => feof($stream),
            'content' => sha1($request->getContent()),
            'resource' => is_resource($resource) ? sha1((string) stream_get_contents($resource)) : null,
            'post' => $_POST,
            'input' => $request->all(),
            'bytes' => $request->header('Content-Length'),
        ], options: JSON_INVALID_UTF8_SUBSTITUTE);
    }

    /** $_FILES by PHP's own functions; each is moved. */
    public function upload(Request $request): JsonResponse
    {
        $told = [];
        foreach ($_FILES as $field => $file) {
            if (is_array($file['tmp_name'])) {
                continue;
            }
            $target = storage_path('app/moved/'.bin2hex(random_bytes(8)).'.bin');
            $told[$field] = [
                'error' => $file['error'],
                'size' => $file['size'],
                'is_uploaded' => is_uploaded_file($file['tmp_name']),
                'other' => is_uploaded_file(__FILE__),
                'valid' => $request->file($field)?->isValid(),
                'moved' => move_uploaded_file($file['tmp_name'], $target),
                'there' => is_file($target) ? [filesize($target), substr(sprintf('%o', fileperms($target)), -4)] : null,
                'again' => move_uploaded_file($file['tmp_name'], $target.'.2'),
                'still' => is_uploaded_file($file['tmp_name']),
                'valid_still' => $request->file($field)?->isValid(),
                'gone' => ! file_exists($file['tmp_name']),
            ];
            @unlink($target);
        }

        return response()->json($told);
    }

    /** PHP's own session. */
    public function session(): JsonResponse
    {
        session_start();
        $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;

        return response()->json(['count' => $_SESSION['count'], 'id' => strlen((string) session_id())]);
    }

    /** All bytes but CR and LF; and what is no UTF-8 in a JSON answer. */
    public function bytes(Request $request): Response|JsonResponse
    {
        return $request->has('json')
            ? response()->json(['broken' => "\xE9"])
            : response(implode('', array_map(chr(...), range(0, 255))), 200, ['Content-Type' => 'application/octet-stream']);
    }
}
