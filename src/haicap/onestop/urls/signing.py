"""Certificates, results and their public verification."""

from django.urls import URLPattern, path

from haicap.onestop.views import signing

urlpatterns: list[URLPattern] = [
    path("results/", signing.to_sign, name="to-sign"),
    path("results/<str:reference>/", signing.result, name="result"),
    path("results/<str:reference>/draft/", signing.draft, name="result-draft"),
    path("results/<str:reference>/preview.pdf", signing.preview, name="result-preview"),
    path("results/<str:reference>/approve/", signing.approve, name="result-approve"),
    path("results/<str:reference>/sign/", signing.sign, name="result-sign"),
    path("results/<str:reference>/number/", signing.number, name="result-number"),
    path("results/<str:reference>/issue/", signing.issue, name="result-issue"),
    path("results/<str:reference>/result.pdf", signing.result_file, name="result-file"),
    path("verify/", signing.verify, name="verify"),
    path("verify/<str:key>/", signing.verify_issued, name="verify-issued"),
    path("certificates/", signing.certificates, name="certificates"),
    path("certificates/<int:pk>/revoke/", signing.revoke, name="certificate-revoke"),
]
