<?php

// Takes postbacks. Genuine means that the service sent it: before you deliver, look the invoice up, which has to be paid.

declare(strict_types=1);

function isGenuine(string $token): bool
{
    [$head, $claims, $signature] = explode('.', $token) + ['', '', ''];
    $expected = hash_hmac('sha256', "$head.$claims", getenv('CRYPTOCLOUD_SECRET_KEY'), true);
    if (!hash_equals($expected, (string) base64_decode(strtr($signature, '-_', '+/')))) {
        return false;
    }
    return (json_decode(base64_decode(strtr($claims, '-_', '+/')), true)['exp'] ?? 0) > time();
}

$fields = $_POST ?: json_decode(file_get_contents('php://input'), true);
http_response_code(isGenuine((string) ($fields['token'] ?? '')) ? 200 : 400);
