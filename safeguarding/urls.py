"""URLs of the site: signing in, help, health check, error pages, and the app behind the gate."""

from allauth.account.views import LogoutView
from django.urls import include, path

from safeguarding import pages
from safeguarding.accounts import SignInPage

urlpatterns = [
    path("sign-in/", SignInPage.as_view(), name="account_login"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    # allauth needs these names. Accounts and passwords come from the school office.
    path("sign-in/help/", pages.sign_in_help, name="account_signup"),
    path("sign-in/help/", pages.sign_in_help, name="account_reset_password"),
    path("sign-in/help/", pages.sign_in_help, name="account_inactive"),
    path("healthz", pages.health_check, name="healthz"),
    path("", include("concerns.urls")),
]

handler400 = "safeguarding.pages.bad_request"
handler403 = "safeguarding.pages.permission_denied"
handler404 = "safeguarding.pages.not_found"
handler500 = "safeguarding.pages.server_error"
