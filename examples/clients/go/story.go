// The life of an invoice, told with the generated client. `cryptocloud sandbox judge` explains the steps.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	cryptocloud "example.com/cryptocloud/client"
)

// withKey returns a context whose calls carry the header "Authorization: Token <key>".
func withKey(key string) context.Context {
	return context.WithValue(context.Background(), cryptocloud.ContextAPIKeys, map[string]cryptocloud.APIKey{
		"ProjectKey": {Key: key, Prefix: "Token"},
	})
}

// reason returns what the service said when it refused a call.
func reason(err error) string {
	var failure *cryptocloud.GenericOpenAPIError
	if errors.As(err, &failure) {
		switch answer := failure.Model().(type) {
		case cryptocloud.ErrorResponse:
			return answer.Result.GetValidateError()
		case cryptocloud.CredentialErrorResponse:
			return answer.GetDetail()
		}
	}
	return err.Error()
}

func expect(asItShouldBe bool, format string, values ...any) {
	if !asItShouldBe {
		log.Fatalf(format, values...)
	}
}

func main() {
	log.SetFlags(0)
	config := cryptocloud.NewConfiguration()
	config.Servers = cryptocloud.ServerConfigurations{{URL: os.Getenv("CRYPTOCLOUD_BASE_URL")}}
	config.HTTPClient = &http.Client{Timeout: 30 * time.Second} // without it a call waits for ever
	invoices := cryptocloud.NewAPIClient(config).InvoicesAPI
	ctx := withKey(os.Getenv("CRYPTOCLOUD_API_KEY"))

	// Amounts are float64: exact up to 15 digits, so keep sums in a decimal type of your own.
	order := cryptocloud.NewCreateInvoiceRequest(os.Getenv("CRYPTOCLOUD_SHOP_ID"), 100.50)
	order.SetCurrency("USD")
	order.SetOrderId("A-17")
	created, _, err := invoices.CreateInvoice(ctx).CreateInvoiceRequest(*order).Execute()
	expect(err == nil, "create: %v", err)
	uuid := created.Result.GetUuid()
	fmt.Println("create:", uuid)

	look := *cryptocloud.NewGetInvoicesRequest([]string{uuid})
	found, _, err := invoices.GetInvoices(ctx).GetInvoicesRequest(look).Execute()
	expect(err == nil && len(found.Result) == 1, "look-up: %v", err)
	invoice := found.Result[0]
	expect(invoice.GetStatus() == "created" && invoice.GetAmountInFiat() == 100.50, "look-up: another invoice: %+v", invoice)
	fmt.Println("look-up:", invoice.GetStatus())

	// The answer to this cancel gets lost. Whatever fails, be it a refusal after a try that nobody saw: only a look-up tells.
	cancel := *cryptocloud.NewCancelInvoiceRequest(uuid)
	_, _, err = invoices.CancelInvoice(ctx).CancelInvoiceRequest(cancel).Execute()
	expect(err != nil, "lost-answer: there is one")
	found, _, err = invoices.GetInvoices(ctx).GetInvoicesRequest(look).Execute()
	expect(err == nil && len(found.Result) == 1, "lost-answer: %v", err)
	fmt.Println("lost-answer:", found.Result[0].GetStatus())

	_, _, err = invoices.CancelInvoice(ctx).CancelInvoiceRequest(cancel).Execute()
	expect(err != nil && reason(err) == "Invoice is not created", "refused: expected a refusal, got: %v", err)
	fmt.Println("refused:", reason(err))

	another := *cryptocloud.NewCreateInvoiceRequest(os.Getenv("CRYPTOCLOUD_SHOP_ID"), 1)
	second, _, err := invoices.CreateInvoice(ctx).CreateInvoiceRequest(another).Execute()
	expect(err == nil, "cancel: %v", err)
	cancel = *cryptocloud.NewCancelInvoiceRequest(second.Result.GetUuid())
	answer, _, err := invoices.CancelInvoice(ctx).CancelInvoiceRequest(cancel).Execute()
	expect(err == nil && answer.Status == "success", "cancel: %v", err)
	fmt.Println("cancel:", answer.Status)

	_, response, err := invoices.GetInvoices(withKey("wrong")).GetInvoicesRequest(look).Execute()
	expect(err != nil && response != nil && response.StatusCode == 403, "wrong-key: expected a refusal, got: %v", err)
	fmt.Println("wrong-key:", reason(err))

	const day = "02.01.2006"
	now := time.Now().UTC()
	period := *cryptocloud.NewListInvoicesRequest(now.AddDate(0, 0, -1).Format(day), now.Format(day))
	listed, _, err := invoices.ListInvoices(ctx).ListInvoicesRequest(period).Execute()
	expect(err == nil, "list: %v", err)
	isCanceled := false
	for _, each := range listed.Result {
		isCanceled = isCanceled || each.GetUuid() == uuid && each.GetStatus() == "canceled"
	}
	expect(isCanceled, "list: the canceled invoice is not there")
	fmt.Println("list:", uuid, "is canceled")

	http.HandleFunc("POST /postback", takePostback)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("CRYPTOCLOUD_POSTBACK_PORT"), nil))
}

// takePostback answers a genuine postback with 200, and any other with 400. Genuine means that the service sent it:
// before you deliver, look the invoice up, which has to be paid.
func takePostback(response http.ResponseWriter, request *http.Request) {
	var fields struct{ Token string }
	if strings.HasPrefix(request.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		fields.Token = request.PostFormValue("token")
	} else if json.NewDecoder(request.Body).Decode(&fields) != nil {
		fields.Token = ""
	}
	if !isGenuine(fields.Token) {
		response.WriteHeader(http.StatusBadRequest)
	}
}

// isGenuine tells whether the service has signed a token, and not long ago.
func isGenuine(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(os.Getenv("CRYPTOCLOUD_SECRET_KEY")))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(signature, mac.Sum(nil)) {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ Exp int64 }
	return err == nil && json.Unmarshal(payload, &claims) == nil && claims.Exp > time.Now().Unix()
}
