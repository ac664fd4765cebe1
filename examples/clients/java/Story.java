import cryptocloud.ApiClient;
import cryptocloud.ApiException;
import cryptocloud.api.InvoicesApi;
import cryptocloud.model.CancelInvoiceRequest;
import cryptocloud.model.CreateInvoiceRequest;
import cryptocloud.model.ErrorResponse;
import cryptocloud.model.GetInvoicesRequest;
import cryptocloud.model.ListInvoicesRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The life of an invoice, told with the generated client. `cryptocloud sandbox judge` explains the steps. */
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
            && price.compareTo(found.get(0).getAmountInFiat()) == 0, "look-up: not the invoice that was created: " + found);
        System.out.println("look-up: " + found.get(0).getStatus());

        // The answer to this cancel gets lost. Whatever is thrown, be it a refusal after a try that nobody saw: only a look-up tells.
        var cancel = new CancelInvoiceRequest().uuid(uuid);
        try {
            invoices.cancelInvoice(cancel);
            expect(false, "lost-answer: there is one");
        } catch (ApiException doubt) {
            System.out.println("lost-answer: " + invoices.getInvoices(look).getResult().get(0).getStatus());
        }

        try {
            invoices.cancelInvoice(cancel);
            expect(false, "refused: expected a refusal");
        } catch (ApiException refusal) {
            expect(refusal.getCode() == 400, "refused: " + refusal.getMessage());
            String reason = json.readValue(refusal.getResponseBody(), ErrorResponse.class).getResult().getValidateError();
            expect("Invoice is not created".equals(reason), "refused: " + reason);
            System.out.println("refused: " + reason);
        }

        var second = invoices.createInvoice(new CreateInvoiceRequest()
            .shopId(System.getenv("CRYPTOCLOUD_SHOP_ID"))
            .amount(BigDecimal.ONE), null);
        var answer = invoices.cancelInvoice(new CancelInvoiceRequest().uuid(second.getResult().getUuid()));
        expect("success".equals(answer.getStatus()), "cancel: not carried out: " + answer);
        System.out.println("cancel: " + answer.getStatus());

        try {
            invoicesWithKey("wrong").getInvoices(look);
            expect(false, "wrong-key: expected a refusal");
        } catch (ApiException refusal) {
            expect(refusal.getCode() == 403, "wrong-key: " + refusal.getMessage());
            System.out.println("wrong-key: " + json.readTree(refusal.getResponseBody()).path("detail").asText());
        }

        var day = DateTimeFormatter.ofPattern("dd.MM.yyyy");
        var today = LocalDate.now(ZoneOffset.UTC);
        var period = new ListInvoicesRequest().start(day.format(today.minusDays(1))).end(day.format(today));
        var listed = invoices.listInvoices(period).getResult();
        expect(listed.stream().anyMatch(each -> uuid.equals(each.getUuid()) && "canceled".equals(each.getStatus())),
            "list: the canceled invoice is not there");
        System.out.println("list: " + uuid + " is canceled");

        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("CRYPTOCLOUD_POSTBACK_PORT")));
        var server = HttpServer.create(here, 0);
        server.createContext("/postback", exchange -> takePostback(exchange, json));
        server.start();
    }

    /** Genuine means that the service sent it: before you deliver, look the invoice up, which has to be paid. */
    static void takePostback(HttpExchange exchange, ObjectMapper json) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var type = exchange.getRequestHeaders().getFirst("Content-Type");
            var token = type.startsWith("application/x-www-form-urlencoded") ? field(body, "token") : json.readTree(body).path("token").asText();
            exchange.sendResponseHeaders(isGenuine(token, json) ? 200 : 400, -1);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every Java has HmacSHA256
        }
    }

    static String field(String form, String name) {
        for (var pair : form.split("&")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    static boolean isGenuine(String token, ObjectMapper json) throws GeneralSecurityException, IOException {
        var parts = token.split("\\.");
        if (parts.length != 3) {
            return false;
        }
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(System.getenv("CRYPTOCLOUD_SECRET_KEY").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        var expected = mac.doFinal((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        if (!MessageDigest.isEqual(expected, Base64.getUrlDecoder().decode(parts[2]))) {
            return false;
        }
        JsonNode claims = json.readTree(Base64.getUrlDecoder().decode(parts[1]));
        return claims.path("exp").asLong() > Instant.now().getEpochSecond();
    }
}
