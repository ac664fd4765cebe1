from typing import Any

OPERATIONS: dict[str, dict[str, Any]] = {
    "/invoice/create": {
        "operationId": "createInvoice",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "raise",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/invoice/merchant/canceled": {
        "operationId": "cancelInvoice",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "ask",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "array"
        }
    },
    "/invoice/merchant/info": {
        "operationId": "getInvoices",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "array"
        }
    },
    "/invoice/merchant/list": {
        "operationId": "listInvoices",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "array"
        }
    },
    "/invoice/merchant/statistics": {
        "operationId": "getStatistics",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/merchant/wallet/balance/all": {
        "operationId": "listBalances",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "array"
        }
    },
    "/invoice/static/create": {
        "operationId": "createStaticWallet",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "raise",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/invoice/static/list": {
        "operationId": "listStaticWallets",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/invoice/static/subscribe": {
        "operationId": "subscribeStaticWallet",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/invoice/static/unsubscribe": {
        "operationId": "unsubscribeStaticWallet",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "repeat",
            "rateLimited": "repeat"
        },
        "security": "ProjectKey",
        "payload": {
            "result": "object"
        }
    },
    "/invoice/api/out/create": {
        "operationId": "createWithdrawal",
        "x-retry": {
            "notSent": "repeat",
            "unknown": "raise",
            "rateLimited": "raise"
        },
        "security": "WithdrawalKey",
        "payload": {
            "result": "object",
            "data": "object"
        }
    }
}
