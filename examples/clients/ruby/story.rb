# frozen_string_literal: true

# The life of an invoice, told with the generated client.

require 'cryptocloud_client'
require 'date'
require 'json'
require 'uri'

def invoices_with_key(key)
  url = URI(ENV.fetch('CRYPTOCLOUD_BASE_URL'))
  config = CryptoCloud::Configuration.new do |c|
    c.scheme = url.scheme
    c.host = "#{url.host}:#{url.port}"
    c.base_path = url.path
    c.server_index = nil # this address, and none of the spec's
    c.api_key['Authorization'] = key
    c.api_key_prefix['Authorization'] = 'Token'
    c.timeout = 30 # seconds; without it a call waits for ever
  end
  CryptoCloud::InvoicesApi.new(CryptoCloud::ApiClient.new(config))
end

invoices = invoices_with_key(ENV.fetch('CRYPTOCLOUD_API_KEY'))

# Amounts are floats: exact up to 15 digits, so keep sums in BigDecimal.
created = invoices.create_invoice(
  CryptoCloud::CreateInvoiceRequest.new(
    shop_id: ENV.fetch('CRYPTOCLOUD_SHOP_ID'), amount: 100.50, currency: 'USD', order_id: 'A-17'
  )
)
uuid = created.result.uuid
puts "create: #{uuid}"

look = CryptoCloud::GetInvoicesRequest.new(uuids: [uuid])
invoice = invoices.get_invoices(look).result.first
unless invoice&.status == 'created' && invoice.amount_in_fiat == 100.50
  abort "info: not the invoice that was created: #{invoice.inspect}"
end
puts "info: #{invoice.status}"

cancel = CryptoCloud::CancelInvoiceRequest.new(uuid: uuid)
answer = invoices.cancel_invoice(cancel)
abort "cancel: the service says #{answer.status}" unless answer.status == 'success'
puts "cancel: #{answer.status}"

begin
  invoices.cancel_invoice(cancel)
  abort 'cancel again: expected a refusal'
rescue CryptoCloud::ApiError => e
  reason = JSON.parse(e.response_body).dig('result', 'validate_error')
  abort "cancel again: #{e.message}" unless reason == 'Invoice is not created'
  puts "cancel again: #{reason}"
end

begin
  invoices_with_key('wrong').get_invoices(look)
  abort 'wrong key: expected a refusal'
rescue CryptoCloud::ApiError => e
  abort "wrong key: #{e.message}" unless e.code == 403
  puts "wrong key: #{JSON.parse(e.response_body)['detail']}"
end

today = Time.now.utc.to_date
period = CryptoCloud::ListInvoicesRequest.new(
  start: (today - 1).strftime('%d.%m.%Y'), _end: today.strftime('%d.%m.%Y')
)
listed = invoices.list_invoices(period).result.find { |item| item.uuid == uuid }
abort 'list: the canceled invoice is not there' unless listed&.status == 'canceled'
puts "list: #{uuid} is canceled"
