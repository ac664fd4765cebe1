// The life of an invoice, told with the generated client.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
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
	expect(err == nil && len(found.Result) == 1, "info: %v", err)
	invoice := found.Result[0]
	expect(invoice.GetStatus() == "created" && invoice.GetAmountInFiat() == 100.50, "info: another invoice: %+v", invoice)
	fmt.Println("info:", invoice.GetStatus())

	cancel := *cryptocloud.NewCancelInvoiceRequest(uuid)
	answer, _, err := invoices.CancelInvoice(ctx).CancelInvoiceRequest(cancel).Execute()
	expect(err == nil && answer.Status == "success", "cancel: %v", err)
	fmt.Println("cancel:", answer.Status)

	_, _, err = invoices.CancelInvoice(ctx).CancelInvoiceRequest(cancel).Execute()
	expect(err != nil && reason(err) == "Invoice is not created", "cancel again: expected a refusal, got: %v", err)
	fmt.Println("cancel again:", reason(err))

	_, response, err := invoices.GetInvoices(withKey("wrong")).GetInvoicesRequest(look).Execute()
	expect(err != nil && response != nil && response.StatusCode == 403, "wrong key: expected a refusal, got: %v", err)
	fmt.Println("wrong key:", reason(err))

	const day = "02.01.2006"
	now := time.Now().UTC()
	period := *cryptocloud.NewListInvoicesRequest(now.AddDate(0, 0, -1).Format(day), now.Format(day))
	listed, _, err := invoices.ListInvoices(ctx).ListInvoicesRequest(period).Execute()
	expect(err == nil, "list: %v", err)
	for _, each := range listed.Result {
		if each.GetUuid() == uuid && each.GetStatus() == "canceled" {
			fmt.Println("list:", uuid, "is canceled")
			return
		}
	}
	log.Fatal("list: the canceled invoice is not there")
}
