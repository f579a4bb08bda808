<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Jobs\PublishMessage;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use LaravelBridge\Channels;
use RuntimeException;
use Symfony\Component\HttpFoundation\Response;

/** Topics of the server: who may read them, and what publishes to them. */
final class RealtimeController extends Controller
{
    /** Asked for each reader (PUBSUB_AUTH): everybody may read "open" and members "user-ID" of their own. */
    public function auth(Request $request): Response
    {
        return match ((string) $request->query('topic')) {
            'open', "user-{$request->user()?->id}" => response()->noContent(),
            'broken' => throw new RuntimeException('The route that is asked fails.'),
            'elsewhere' => redirect('/about'),
            default => abort($request->user() === null ? 401 : 403),
        };
    }

    public function publish(Request $request): JsonResponse
    {
        $text = (string) $request->query('text');

        return response()->json(['readers' => Channels::publish('news', (string) $request->query('topic'), ['text' => $text, 'by' => getmypid()], event: 'request')]);
    }

    public function publishLater(Request $request): JsonResponse
    {
        PublishMessage::dispatch((string) $request->query('topic'), (string) $request->query('text'));

        return response()->json(['queued' => true], 202);
    }
}
