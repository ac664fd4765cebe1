module example.com/shop

go 1.23

require example.com/cryptocloud/client v0.0.0

replace example.com/cryptocloud/client => ../build/go
