<?php // Drives a sandbox from PHP, as a test of a shop would: php sandbox.php http://127.0.0.1:8000/postback

function sandbox(string $method, string $path, array $members = []): ?array
{
    $host = preg_replace('~/v2$~', '', getenv('CRYPTOCLOUD_BASE_URL') ?: 'http://127.0.0.1:8833/v2');
    $request = ['method' => $method, 'header' => 'Content-Type: application/json', 'content' => json_encode((object) $members)];
    return json_decode(file_get_contents("$host/_sandbox$path", false, stream_context_create(['http' => $request])), true);
}

sandbox('POST', '/reset');
sandbox('PUT', '/postbacks', ['url' => $argv[1]]);
$invoice = sandbox('POST', '/invoices', ['amount' => '12.50', 'currency' => 'EUR', 'order_id' => 'A-17']);
$delivery = sandbox('POST', "/invoices/{$invoice['uuid']}/pay");
echo "{$invoice['uuid']} is {$delivery['invoice_status']}: ", $delivery['error'] ?? $delivery['status'], "\n";
