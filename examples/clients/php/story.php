<?php

// The life of an invoice, told with the generated client. `cryptocloud sandbox judge` explains the steps.

declare(strict_types=1);

use CryptoCloud\Api\InvoicesApi;
use CryptoCloud\ApiException;
use CryptoCloud\Configuration;
use CryptoCloud\Model\CancelInvoiceRequest;
use CryptoCloud\Model\CreateInvoiceRequest;
use CryptoCloud\Model\GetInvoicesRequest;
use CryptoCloud\Model\ListInvoicesRequest;
use GuzzleHttp\Client;

require __DIR__ . '/autoload.php';

function invoicesWithKey(string $key): InvoicesApi
{
    $config = (new Configuration())
        ->setHost(getenv('CRYPTOCLOUD_BASE_URL'))
        ->setApiKey('Authorization', $key)
        ->setApiKeyPrefix('Authorization', 'Token');
    return new InvoicesApi(new Client(['timeout' => 30]), $config); // without a timeout it waits for ever
}

function expect(bool $asItShouldBe, string $message): void
{
    if (!$asItShouldBe) {
        fwrite(STDERR, $message . PHP_EOL);
        exit(1);
    }
}

$invoices = invoicesWithKey(getenv('CRYPTOCLOUD_API_KEY'));

// Amounts are floats: exact up to 15 digits, so keep sums in a decimal type of your own.
$created = $invoices->createInvoice(new CreateInvoiceRequest([
    'shop_id' => getenv('CRYPTOCLOUD_SHOP_ID'),
    'amount' => 100.50,
    'currency' => 'USD',
    'order_id' => 'A-17',
]));
$uuid = $created->getResult()->getUuid();
echo "create: $uuid\n";

$look = new GetInvoicesRequest(['uuids' => [$uuid]]);
[$invoice] = $invoices->getInvoices($look)->getResult();
expect($invoice->getStatus() === 'created' && $invoice->getAmountInFiat() === 100.50, "look-up: not what was created: $invoice");
echo "look-up: {$invoice->getStatus()}\n";

// The answer to this cancel gets lost. Whatever is thrown, be it a refusal after a try that nobody saw: only a look-up tells.
$cancel = new CancelInvoiceRequest(['uuid' => $uuid]);
try {
    $invoices->cancelInvoice($cancel);
    expect(false, 'lost-answer: there is one');
} catch (ApiException $doubt) {
    [$invoice] = $invoices->getInvoices($look)->getResult();
    echo "lost-answer: {$invoice->getStatus()}\n";
}

try {
    $invoices->cancelInvoice($cancel);
    expect(false, 'refused: expected a refusal');
} catch (ApiException $refusal) {
    $errors = json_decode($refusal->getResponseBody(), true)['result'] ?? [];
    expect(($errors['validate_error'] ?? '') === 'Invoice is not created', "refused: {$refusal->getMessage()}");
    echo "refused: {$errors['validate_error']}\n";
}

$second = $invoices->createInvoice(new CreateInvoiceRequest(['shop_id' => getenv('CRYPTOCLOUD_SHOP_ID'), 'amount' => 1]));
$answer = $invoices->cancelInvoice(new CancelInvoiceRequest(['uuid' => $second->getResult()->getUuid()]));
expect($answer->getStatus() === 'success', "cancel: not carried out: $answer");
echo "cancel: {$answer->getStatus()}\n";

try {
    invoicesWithKey('wrong')->getInvoices($look);
    expect(false, 'wrong-key: expected a refusal');
} catch (ApiException $refusal) {
    expect($refusal->getCode() === 403, "wrong-key: {$refusal->getMessage()}");
    echo 'wrong-key: ', json_decode($refusal->getResponseBody(), true)['detail'], "\n";
}

$listed = $invoices->listInvoices(new ListInvoicesRequest([
    'start' => gmdate('d.m.Y', strtotime('-1 day')),
    'end' => gmdate('d.m.Y'),
]));
$canceled = array_filter(
    $listed->getResult(),
    fn ($invoice) => $invoice->getUuid() === $uuid && $invoice->getStatus() === 'canceled',
);
expect(count($canceled) === 1, 'list: the canceled invoice is not there');
echo "list: $uuid is canceled\n";

// Serves postback.php, as a web server would.
passthru('exec ' . escapeshellarg(PHP_BINARY) . ' -S 127.0.0.1:' . (int) getenv('CRYPTOCLOUD_POSTBACK_PORT') . ' postback.php');
