<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;
use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Http\ResponseWriter;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Worker\Output;
use LaravelBridge\Worker\PhpHeaders;
use Symfony\Component\HttpFoundation\Response;
use Throwable;

/**
 * A request's way through the application's kernel: handled, written, terminated.
 */
final class KernelRun
{
    private readonly ResponseWriter $responses;

    private ?Request $request = null;

    private ?Response $response = null;

    /**
     * @param  Closure(Throwable): void  $report
     * @param  Lifecycle|null  $lifecycle  who is told of requests
     */
    public function __construct(
        private readonly Application $app,
        private readonly Kernel $kernel,
        private readonly Closure $report,
        private readonly ?Lifecycle $lifecycle = null,
    ) {
        $this->responses = new ResponseWriter;
    }

    public function handle(Request $asked, Answer $answer, Output $output): void
    {
        $this->request = $asked;
        $this->lifecycle?->requestReceived($asked);
        $this->response = $this->kernel->handle($asked);
        $this->lifecycle?->requestHandled($asked, $this->response);
        if ($answer->ended()) {
            return;
        }
        try {
            $this->responses->write($this->response, $asked, $answer, $output);
        } catch (ConnectionLost $e) {
            throw $e;
        } catch (Throwable $e) {
            ($this->report)($e);
            if (! $answer->begun()) {
                // The head of what failed is not that of the error page.
                (new PhpHeaders)->forget();
                $this->response = $this->app->make(ExceptionHandler::class)->render($asked, $e);
                $this->responses->write($this->response, $asked, $answer, $output);
            }
        }
    }

    /** What is left to do when the client has its answer; nothing where there was none. */
    public function terminate(): void
    {
        if ($this->request !== null && $this->response !== null) {
            [$request, $response] = [$this->request, $this->response];
            $this->forget();
            $this->kernel->terminate($request, $response);
            $this->lifecycle?->requestTerminated($request, $response);
        }
    }

    public function forget(): void
    {
        $this->request = $this->response = null;
    }
}
