<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * Each in a PHP of its own: what it does is done to the process.
 */
final class SapiRequestTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir().'/sapi-request-'.bin2hex(random_bytes(4));
        mkdir($this->folder);
        file_put_contents("{$this->folder}/one", 'first');
        file_put_contents("{$this->folder}/two", 'second');
    }

    protected function tearDown(): void
    {
        array_map(unlink(...), glob("{$this->folder}/*") ?: []);
        rmdir($this->folder);
    }

    #[Test]
    public function php_input_is_the_body_as_often_as_it_is_read(): void
    {
        self::assertSame('["body","body","dy","body",""]', $this->php(<<<'PHP'
            $sapi->begin('body', null, []);
            $stream = fopen('php://input', 'rb');
            fseek($stream, 2);
            $read = [file_get_contents('php://input'), file_get_contents('php://input'), fread($stream, 10)];
            rewind($stream);
            $read[] = stream_get_contents($stream);
            $sapi->end();
            $read[] = file_get_contents('php://input');
            echo json_encode($read);
            PHP));
    }

    #[Test]
    public function php_input_is_a_spooled_body_in_constant_memory(): void
    {
        file_put_contents("{$this->folder}/large", str_repeat('0123456789abcdef', 1 << 20));

        self::assertSame('[16777216,"89ab",true,true,""]', $this->php(<<<'PHP'
            $sapi->begin('', "$folder/large", []);
            $read = [0];
            $stream = fopen('php://input', 'rb');
            while (($bytes = fread($stream, 65536)) !== '' && $bytes !== false) {
                $read[0] += strlen($bytes);
            }
            fseek($stream, 16 * 1000 + 8);
            $read[] = fread($stream, 4);
            $read[] = memory_get_peak_usage() < 4 << 20;
            $sapi->end();
            $read[] = ! is_resource($stream);
            $read[] = file_get_contents('php://input');
            echo json_encode($read);
            PHP));
    }

    #[Test]
    public function a_spooled_body_that_cannot_be_read_is_no_empty_one(): void
    {
        self::assertStringContainsString('cannot be read', $this->php('try { $sapi->begin("", "$folder/missing", []); } catch (RuntimeException $e) { echo $e->getMessage(); }'));
    }

    #[Test]
    public function the_files_of_a_request_are_uploaded_files_until_they_are_moved_or_the_request_is_over(): void
    {
        self::assertSame('[true,false,true,false,"first",true,false,false]', $this->php(<<<'PHP'
            $sapi->begin('', null, ["$folder/one", "$folder/two"]);
            $told = [
                is_uploaded_file("$folder/one"), is_uploaded_file("$folder/three"), move_uploaded_file("$folder/one", "$folder/moved"),
                is_uploaded_file("$folder/one"), file_get_contents("$folder/moved"), is_uploaded_file("$folder/two"),
            ];
            $sapi->end();
            $told[] = is_uploaded_file("$folder/two");
            $told[] = move_uploaded_file("$folder/two", "$folder/never");
            echo json_encode($told);
            PHP));
        self::assertFileExists("{$this->folder}/two");
    }

    #[Test]
    public function what_a_request_leaves_is_gone_with_the_next_and_no_memory_is_lost(): void
    {
        self::assertSame('["next",false,true]', $this->php(<<<'PHP'
            for ($round = 0; $round < 2000; $round++) {
                $sapi->begin($round % 2 ? str_repeat('x', 50000) : '', $round % 2 ? null : "$folder/one", ["$folder/one"]);
                file_get_contents('php://input');
                if ($round === 100) {
                    $used = memory_get_usage();
                    $descriptors = count(scandir('/proc/self/fd'));
                }
            }
            $kept = memory_get_usage() - $used < 100000 && count(scandir('/proc/self/fd')) <= $descriptors + 1;
            $sapi->begin('next', null, []);
            echo json_encode([file_get_contents('php://input'), is_uploaded_file("$folder/one"), $kept]);
            PHP));
    }

    #[Test]
    public function a_body_that_somebody_has_asked_for_already_is_left_alone(): void
    {
        self::assertSame('[false,true,""]', $this->php(
            '$sapi->begin("body", null, []); echo json_encode([$sapi->knowsBody(), $sapi->knowsFiles(), file_get_contents("php://input")]);',
            'file_get_contents("php://input");',
        ));
    }

    #[Test]
    public function without_ffi_nothing_is_touched(): void
    {
        self::assertSame('[false,false,"",false]', $this->php(
            '$sapi->begin("body", null, ["$folder/one"]); echo json_encode([$sapi->knowsBody(), $sapi->knowsFiles(), file_get_contents("php://input"), is_uploaded_file("$folder/one")]);',
            options: '-n',
        ));
    }

    private function php(string $code, string $before = '', string $options = ''): string
    {
        $room = dirname(__DIR__, 3).'/php/src/Worker';
        $code = "require '{$room}/Engine.php'; require '{$room}/SapiRequest.php'; {$before} \$folder = '{$this->folder}'; \$sapi = LaravelBridge\\Worker\\SapiRequest::instance(); {$code}";

        return (string) shell_exec(escapeshellarg(PHP_BINARY)." {$options} -d display_errors=1 -r ".escapeshellarg($code).' 2>&1');
    }
}
