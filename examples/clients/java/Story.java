import cryptocloud.ApiClient;
import cryptocloud.ApiException;
import cryptocloud.api.InvoicesApi;
import cryptocloud.model.CancelInvoiceRequest;
import cryptocloud.model.CreateInvoiceRequest;
import cryptocloud.model.ErrorResponse;
import cryptocloud.model.GetInvoicesRequest;
import cryptocloud.model.ListInvoicesRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The life of an invoice, told with the generated client. */
public class Story {
    static InvoicesApi invoicesWithKey(String key) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("CRYPTOCLOUD_BASE_URL"));
        client.setRequestInterceptor(request -> request.setHeader("Authorization", "Token " + key));
        client.setReadTimeout(Duration.ofSeconds(30)); // without it a call waits for ever
        return new InvoicesApi(client);
    }

    static void expect(boolean asItShouldBe, String message) {
        if (!asItShouldBe) {
            System.err.println(message);
            System.exit(1);
        }
    }

    public static void main(String[] args) throws Exception {
        var invoices = invoicesWithKey(System.getenv("CRYPTOCLOUD_API_KEY"));
        var json = ApiClient.createDefaultObjectMapper();

        // Amounts are BigDecimal and exact. Compare them with compareTo: the service may drop a final zero.
        var price = new BigDecimal("100.50");
        var created = invoices.createInvoice(new CreateInvoiceRequest()
            .shopId(System.getenv("CRYPTOCLOUD_SHOP_ID"))
            .amount(price)
            .currency("USD")
            .orderId("A-17"), null);
        String uuid = created.getResult().getUuid();
        System.out.println("create: " + uuid);

        var look = new GetInvoicesRequest().uuids(List.of(uuid));
        var found = invoices.getInvoices(look).getResult();
        expect(found.size() == 1 && "created".equals(found.get(0).getStatus())
            && price.compareTo(found.get(0).getAmountInFiat()) == 0, "info: not the invoice that was created: " + found);
        System.out.println("info: " + found.get(0).getStatus());

        var cancel = new CancelInvoiceRequest().uuid(uuid);
        var answer = invoices.cancelInvoice(cancel);
        expect("success".equals(answer.getStatus()), "cancel: not carried out: " + answer);
        System.out.println("cancel: " + answer.getStatus());

        try {
            invoices.cancelInvoice(cancel);
            expect(false, "cancel again: expected a refusal");
        } catch (ApiException refusal) {
            expect(refusal.getCode() == 400, "cancel again: " + refusal.getMessage());
            String reason = json.readValue(refusal.getResponseBody(), ErrorResponse.class).getResult().getValidateError();
            expect("Invoice is not created".equals(reason), "cancel again: " + reason);
            System.out.println("cancel again: " + reason);
        }

        try {
            invoicesWithKey("wrong").getInvoices(look);
            expect(false, "wrong key: expected a refusal");
        } catch (ApiException refusal) {
            expect(refusal.getCode() == 403, "wrong key: " + refusal.getMessage());
            System.out.println("wrong key: " + json.readTree(refusal.getResponseBody()).path("detail").asText());
        }

        var day = DateTimeFormatter.ofPattern("dd.MM.yyyy");
        var today = LocalDate.now(ZoneOffset.UTC);
        var period = new ListInvoicesRequest().start(day.format(today.minusDays(1))).end(day.format(today));
        var listed = invoices.listInvoices(period).getResult();
        expect(listed.stream().anyMatch(each -> uuid.equals(each.getUuid()) && "canceled".equals(each.getStatus())),
            "list: the canceled invoice is not there");
        System.out.println("list: " + uuid + " is canceled");
    }
}
