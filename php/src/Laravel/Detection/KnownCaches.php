<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * Places where the framework and what it is built on keep what is true for every request, or what belongs to none: facts
 * about classes, parsed names, opened connections. Each was looked at; what is not in here is reported.
 */
final class KnownCaches
{
    public const PLACES = [
        // Facts about classes and names.
        'Illuminate\Container\Container::$checkedFor*',
        'Illuminate\Foundation\Application::$checkedFor*',
        'Illuminate\Database\Eloquent\Model::$*Cache',
        'Illuminate\Database\Eloquent\Model::$resolved*',
        'Illuminate\Database\Eloquent\Model::$is*able',
        'Illuminate\Database\Eloquent\Model::$guardableColumns',
        '*::$resolvedCollectionClasses',
        '*::$resolvedBuilderClasses',
        '*::$isSoftDeletable',
        '*::$isPrunable',
        '*::$isMassPrunable',
        'Illuminate\Database\Eloquent\Relations\Relation::$selfJoinCount',
        'Illuminate\Events\Dispatcher::$wildcardsCache',
        'Illuminate\Hashing\HashManager::$drivers',
        'Illuminate\Routing\Route::$validators',
        'Illuminate\Routing\RouteCollection::$*',
        'Illuminate\Routing\CompiledRouteCollection::$nameCache',
        'Illuminate\Support\Str::$*Cache',
        'Illuminate\Support\Pluralizer::$inflector',
        'Illuminate\Support\NamespacedItemResolver::$parsed',
        'Illuminate\Bus\PendingBatch::$batchableClasses',
        'Illuminate\Validation\Validator::$placeholderHash',
        'Illuminate\Translation\Translator::$parsed',
        'Illuminate\Translation\Translator::$loaded',
        'Illuminate\View\Component::$*Cache',
        'Illuminate\View\Component::$factory',
        'Illuminate\View\Component::$componentsResolver',
        'Illuminate\View\Component::$ignoredParameterNames',
        'Illuminate\View\DynamicComponent::$*',
        'Illuminate\View\Factory::$pathEngineCache',
        'Illuminate\View\Factory::$normalizedNameCache',
        'Illuminate\View\Factory::$parentPlaceholder*',
        'Illuminate\View\FileViewFinder::$views',
        'Illuminate\View\Compilers\BladeCompiler::$componentHashStack',
        'Illuminate\View\Engines\EngineResolver::$resolved',
        'Illuminate\Foundation\Vite::$manifests',
        'Illuminate\Config\Repository::$*Cache',
        'Carbon\*::$singletons',
        'Carbon\*::$flipCascadeFactors',
        'Carbon\*::$lastErrors',
        'Carbon\*Translator::$*',
        'Carbon\Language::$*Names',
        'Symfony\Component\HttpFoundation\IpUtils::$checkedIps',
        'Symfony\Component\HttpFoundation\Request::$formats',
        'Symfony\Component\HttpFoundation\Request::$httpMethodParameterOverride',
        'Symfony\Component\HttpFoundation\Request::$trustedHosts*',
        'Symfony\Component\Mime\*::$*',
        'Symfony\Component\String\*::$*',
        'Symfony\Component\Translation\*::$*',
        'Symfony\Component\VarDumper\*',
        'Doctrine\Inflector\*',
        'Brick\Math\*',
        'Ramsey\Uuid\*',
        'League\CommonMark\*',
        'League\Flysystem\*',
        'Laravel\SerializableClosure\*',
        // Connections and files that stay open.
        'Illuminate\Cache\CacheManager::$stores',
        'Illuminate\Database\DatabaseManager::$connections',
        'Illuminate\Database\Connectors\*',
        'Illuminate\Database\*Connection::$*',
        'Illuminate\Filesystem\FilesystemManager::$disks',
        'Illuminate\Log\LogManager::$channels',
        'Illuminate\Queue\QueueManager::$connections',
        'Illuminate\Redis\RedisManager::$connections',
        'Monolog\Handler\*',
        'Monolog\Logger::$logDepth',
        'Monolog\Logger::$fiberLogDepth',
        // Another one for each request by its nature.
        'Illuminate\Foundation\Application::$instances',
        'Illuminate\Session\Store::$id',
        'Illuminate\Session\SymfonySessionDecorator::$*',
    ];
}
