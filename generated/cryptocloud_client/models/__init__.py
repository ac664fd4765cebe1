"""Contains all the data models used in inputs/outputs"""

from .balance import Balance
from .cancel_invoice_request import CancelInvoiceRequest
from .cancel_invoice_response import CancelInvoiceResponse
from .create_invoice_options import CreateInvoiceOptions
from .create_invoice_request import CreateInvoiceRequest
from .create_invoice_response import CreateInvoiceResponse
from .create_static_wallet_request import CreateStaticWalletRequest
from .create_static_wallet_response import CreateStaticWalletResponse
from .create_withdrawal_request import CreateWithdrawalRequest
from .create_withdrawal_response import CreateWithdrawalResponse
from .credential_error_response import CredentialErrorResponse
from .error_map import ErrorMap
from .error_response import ErrorResponse
from .get_invoices_request import GetInvoicesRequest
from .get_invoices_response import GetInvoicesResponse
from .get_statistics_request import GetStatisticsRequest
from .get_statistics_response import GetStatisticsResponse
from .invoice import Invoice
from .invoice_currency import InvoiceCurrency
from .list_balances_response import ListBalancesResponse
from .list_invoices_request import ListInvoicesRequest
from .list_invoices_response import ListInvoicesResponse
from .list_static_wallets_request import ListStaticWalletsRequest
from .list_static_wallets_response import ListStaticWalletsResponse
from .network import Network
from .postback import Postback
from .postback_form import PostbackForm
from .project import Project
from .static_wallet import StaticWallet
from .static_wallet_page import StaticWalletPage
from .static_wallet_request import StaticWalletRequest
from .statistics import Statistics
from .statistics_amounts import StatisticsAmounts
from .statistics_counts import StatisticsCounts
from .subscribe_static_wallet_response import SubscribeStaticWalletResponse
from .time_to_pay import TimeToPay
from .unexpected_response import UnexpectedResponse
from .wallet_currency import WalletCurrency
from .withdrawal import Withdrawal

__all__ = (
    "Balance",
    "CancelInvoiceRequest",
    "CancelInvoiceResponse",
    "CreateInvoiceOptions",
    "CreateInvoiceRequest",
    "CreateInvoiceResponse",
    "CreateStaticWalletRequest",
    "CreateStaticWalletResponse",
    "CreateWithdrawalRequest",
    "CreateWithdrawalResponse",
    "CredentialErrorResponse",
    "ErrorMap",
    "ErrorResponse",
    "GetInvoicesRequest",
    "GetInvoicesResponse",
    "GetStatisticsRequest",
    "GetStatisticsResponse",
    "Invoice",
    "InvoiceCurrency",
    "ListBalancesResponse",
    "ListInvoicesRequest",
    "ListInvoicesResponse",
    "ListStaticWalletsRequest",
    "ListStaticWalletsResponse",
    "Network",
    "Postback",
    "PostbackForm",
    "Project",
    "StaticWallet",
    "StaticWalletPage",
    "StaticWalletRequest",
    "Statistics",
    "StatisticsAmounts",
    "StatisticsCounts",
    "SubscribeStaticWalletResponse",
    "TimeToPay",
    "UnexpectedResponse",
    "WalletCurrency",
    "Withdrawal",
)
