"""The one address of the bare Django project that the site's start is compared with."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
