"""This file knows the only address of the bare Django beside which the site's start is measured."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
