# frozen_string_literal: true

# The life of an invoice, told with the generated client. `cryptocloud sandbox judge` explains the steps.

require 'base64'
require 'cryptocloud_client'
require 'date'
require 'json'
require 'openssl'
require 'socket'
require 'uri'

$stdout.sync = true

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
  abort "look-up: not the invoice that was created: #{invoice.inspect}"
end
puts "look-up: #{invoice.status}"

# The answer to this cancel gets lost. Whatever is raised, be it a refusal after a try that nobody saw: only a look-up tells.
cancel = CryptoCloud::CancelInvoiceRequest.new(uuid: uuid)
begin
  invoices.cancel_invoice(cancel)
  abort 'lost-answer: there is one'
rescue CryptoCloud::ApiError
  puts "lost-answer: #{invoices.get_invoices(look).result.first.status}"
end

begin
  invoices.cancel_invoice(cancel)
  abort 'refused: expected a refusal'
rescue CryptoCloud::ApiError => e
  reason = JSON.parse(e.response_body).dig('result', 'validate_error')
  abort "refused: #{e.message}" unless reason == 'Invoice is not created'
  puts "refused: #{reason}"
end

second = invoices.create_invoice(
  CryptoCloud::CreateInvoiceRequest.new(shop_id: ENV.fetch('CRYPTOCLOUD_SHOP_ID'), amount: 1)
)
answer = invoices.cancel_invoice(CryptoCloud::CancelInvoiceRequest.new(uuid: second.result.uuid))
abort "cancel: the service says #{answer.status}" unless answer.status == 'success'
puts "cancel: #{answer.status}"

begin
  invoices_with_key('wrong').get_invoices(look)
  abort 'wrong-key: expected a refusal'
rescue CryptoCloud::ApiError => e
  abort "wrong-key: #{e.message}" unless e.code == 403
  puts "wrong-key: #{JSON.parse(e.response_body)['detail']}"
end

today = Time.now.utc.to_date
period = CryptoCloud::ListInvoicesRequest.new(
  start: (today - 1).strftime('%d.%m.%Y'), _end: today.strftime('%d.%m.%Y')
)
listed = invoices.list_invoices(period).result.find { |item| item.uuid == uuid }
abort 'list: the canceled invoice is not there' unless listed&.status == 'canceled'
puts "list: #{uuid} is canceled"

# Postbacks. Genuine means that the service sent it: before you deliver, look the invoice up, which has to be paid.
def genuine?(token)
  head, claims, signature = token.split('.')
  expected = OpenSSL::HMAC.digest('SHA256', ENV.fetch('CRYPTOCLOUD_SECRET_KEY'), "#{head}.#{claims}")
  # Hashes are compared, so that the time that it takes tells nothing.
  same = [expected, Base64.urlsafe_decode64(signature)].map { |each| OpenSSL::Digest.digest('SHA256', each) }.uniq.one?
  same && JSON.parse(Base64.urlsafe_decode64(claims))['exp'] > Time.now.to_i
end

server = TCPServer.new('127.0.0.1', ENV.fetch('CRYPTOCLOUD_POSTBACK_PORT').to_i)
loop do
  connection = server.accept
  head = connection.gets("\r\n\r\n")
  next connection.close unless head # somebody has only looked whether it listens

  body = connection.read(head[/^content-length: *(\d+)/i, 1].to_i)
  form = head.match?(%r{^content-type: *application/x-www-form-urlencoded}i)
  token = form ? URI.decode_www_form(body).to_h['token'] : JSON.parse(body)['token']
  status = genuine?(token) ? '200 OK' : '400 Bad Request'
  connection.write("HTTP/1.1 #{status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
  connection.close
end
