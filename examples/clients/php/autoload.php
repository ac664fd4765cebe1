<?php

// Loads the client without Composer; with it, this is vendor/autoload.php.
require 'GuzzleHttp/autoload.php'; // where Debian's php-guzzlehttp-guzzle puts it, on PHP's include path
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'CryptoCloud\\')) {
        require __DIR__ . '/../build/php/lib/' . strtr(substr($class, strlen('CryptoCloud\\')), '\\', '/') . '.php';
    }
});
