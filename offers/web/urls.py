"""The site map of the pages. `section` is one of web/frame/sections.py; ids are opaque (offers/converters.py)."""

from django.urls import path, register_converter

from offers.web.access import clients, overview, people
from offers.web.account import addresses, places, preferences, session
from offers.web.audit import audit, changes, integrity, on_air, proof
from offers.web.audit import library as library_file
from offers.web.audit.taken import controls, evidence, files, receipt, sample
from offers.web.bulk import runs
from offers.web.edit import attributes, form, new, presence
from offers.web.erasures import erasures, of_item
from offers.web.find import find, shortcuts
from offers.web.frame.sections import OFFERS, SectionConverter
from offers.web.home import home
from offers.web.in_place import cell
from offers.web.inbox import inbox
from offers.web.item import deleted, library, lifecycle, offer, preview, status, template
from offers.web.item.history import blaming, comparing, undoing, values
from offers.web.item.history import pages as history
from offers.web.lists import items, offers, views
from offers.web.promote import promote
from offers.web.reviews import deciding, page, queue, settling, talking, together

register_converter(SectionConverter, "section")

OFFER = "s/<slug:sandbox>/offers/<item:id>/"
ACCESS = "s/<slug:sandbox>/access/"
ERASURES = "s/<slug:sandbox>/erasures/"
ITEM = "s/<slug:sandbox>/<section:section>/<item:id>/"
REVIEW = "s/<slug:sandbox>/reviews/<int:number>/"

urlpatterns = [
    path("", home.start, name="start"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("preferences/sessions/end/", places.end, name="end_session"),
    path("preferences/email/", addresses.change, name="change_email"),
    path("preferences/email/forget/", addresses.forget, name="forget_email"),
    path("preferences/mail/", preferences.mail, name="mail_preferences"),
    path("find/", find.find, name="find_anywhere"),
    path("shortcuts/", shortcuts.shortcuts, name="shortcuts"),
    path("session/", session.session, name="session"),
    path("session/signed-in/", session.signed_in, name="signed_in"),
    path("s/<slug:sandbox>/", home.home, name="sandbox"),
    path("s/<slug:sandbox>/find/", find.find, name="find"),
    # Offers have pages of their own; the other sections share the library's.
    path("s/<slug:sandbox>/offers/", offers.offer_list, name="offers"),
    path("s/<slug:sandbox>/offers/filters/<slug:name>/", offers.filter_choices, name="filter_choices"),
    path("s/<slug:sandbox>/offers/columns/", views.choose_columns, name="choose_columns"),
    path("s/<slug:sandbox>/offers/columns/width/", views.set_width, name="column_width"),
    path("s/<slug:sandbox>/offers/views/", views.save, name="save_view"),
    path("s/<slug:sandbox>/offers/views/<int:key>/delete/", views.delete, name="delete_view"),
    path("s/<slug:sandbox>/offers/new/", new.new, name="new"),
    path(OFFER, offer.overview),
    path("s/<slug:sandbox>/bulk/", runs.runs, name="bulk_runs"),
    path("s/<slug:sandbox>/bulk/new/", runs.new, name="bulk_new"),
    path("s/<slug:sandbox>/bulk/<int:number>/", runs.run, name="bulk_run"),
    path("s/<slug:sandbox>/bulk/<int:number>/start/", runs.start, name="bulk_start"),
    path("s/<slug:sandbox>/bulk/<int:number>/stop/", runs.stop, name="bulk_stop"),
    path("s/<slug:sandbox>/bulk/<int:number>/resume/", runs.resume, name="bulk_resume"),
    path("s/<slug:sandbox>/bulk/<int:number>/exclude/", runs.exclude, name="bulk_exclude"),
    path("s/<slug:sandbox>/bulk/<int:number>/discard/", runs.discard, name="bulk_discard"),
    path("s/<slug:sandbox>/bulk/<int:number>/undo/", runs.undo, name="bulk_undo"),
    path("s/<slug:sandbox>/bulk/<int:number>/again/", runs.again, name="bulk_again"),
    path("s/<slug:sandbox>/bulk/<int:number>/withdraw/", runs.withdraw, name="bulk_withdraw"),
    path("s/<slug:sandbox>/promote/", promote.promote, name="promote"),
    path(ACCESS, overview.overview, name="access"),
    path(ACCESS + "policy/", overview.policy, name="access_policy"),
    path(ACCESS + "changes/", overview.changes, name="access_changes"),
    path(ACCESS + "members/new/", people.new, name="access_new_person"),
    path(ACCESS + "members/<int:member>/", people.member, name="access_member"),
    path(ACCESS + "members/<int:member>/remove/", people.remove, name="access_remove"),
    path(ACCESS + "members/<int:member>/secret/", clients.secret, name="access_secret"),
    path(ACCESS + "members/<int:member>/old-secret/end/", clients.end_old_secret, name="access_end_old_secret"),
    path(ACCESS + "members/<int:member>/switch/", clients.switch, name="access_switch"),
    path(ACCESS + "clients/new/", clients.new, name="access_new_client"),
    path(ERASURES, erasures.overview, name="erasures"),
    path(ERASURES + "person/", erasures.person, name="erasure_of_person"),
    path(ERASURES + "classes/", erasures.set_class, name="retention_class"),
    path(ERASURES + "classes/remove/", erasures.remove_class, name="retention_class_remove"),
    path(ERASURES + "<int:number>/", erasures.erasure, name="erasure"),
    path(ERASURES + "<int:number>/confirm/", erasures.confirm, name="erasure_confirm"),
    path(ERASURES + "<int:number>/refuse/", erasures.refuse, name="erasure_refuse"),
    path("s/<slug:sandbox>/reviews/", queue.queue, name="reviews"),
    path("s/<slug:sandbox>/reviews/approve/", together.approve_many, name="reviews_approve"),
    path(REVIEW, page.page, name="review"),
    path(REVIEW + "approve/", deciding.approve, name="review_approve"),
    path(REVIEW + "request-changes/", deciding.request_changes, name="review_request_changes"),
    path(REVIEW + "reject/", deciding.reject, name="review_reject"),
    path(REVIEW + "look/", deciding.look, name="review_look"),
    path(REVIEW + "withdraw/", deciding.withdraw, name="review_withdraw"),
    path(REVIEW + "claim/", deciding.claim, name="review_claim"),
    path(REVIEW + "leave-out/", deciding.leave_out, name="review_leave_out"),
    path(REVIEW + "apply/", deciding.apply, name="review_apply"),
    path(REVIEW + "when/", deciding.set_time, name="review_when"),
    path(REVIEW + "settle/", settling.settle, name="review_settle"),
    path(REVIEW + "comments/", talking.comment, name="review_comment"),
    path(REVIEW + "comments/<int:key>/resolve/", talking.resolve, name="review_resolve"),
    path(REVIEW + "comments/<int:key>/accept/", talking.accept, name="review_accept"),
    path("s/<slug:sandbox>/audit/", audit.page, name="audit"),
    path("s/<slug:sandbox>/audit/changes/", changes.page, name="differences"),
    path("s/<slug:sandbox>/on-air/", on_air.page, name="on_air"),
    path("s/<slug:sandbox>/audit/integrity/", integrity.page, name="audit_integrity"),
    path("s/<slug:sandbox>/audit/sample/", sample.page, name="audit_sample"),
    path("s/<slug:sandbox>/audit/sample.zip", sample.pack, name="audit_sample_zip"),
    path("s/<slug:sandbox>/audit/controls/", controls.page, name="audit_controls"),
    path("s/<slug:sandbox>/audit/<int:index>/receipt", proof.entry_receipt, name="entry_receipt"),
    path("s/<slug:sandbox>/log/checkpoint", proof.checkpoint, name="log_checkpoint"),
    path("s/<slug:sandbox>/log/vkey", proof.vkey, name="log_vkey"),
    path("s/<slug:sandbox>/log/tile/<str:level>/<path:place>", proof.tile, name="log_tile"),
    path("s/<slug:sandbox>/log/verify_receipt.py", receipt.checker, name="log_checker"),
    path("s/<slug:sandbox>/library.ndjson", library_file.file, name="library_file"),
    path("s/<slug:sandbox>/audit.csv", files.as_csv, name="audit_csv"),
    path("s/<slug:sandbox>/audit.ndjson", files.as_ndjson, name="audit_ndjson"),
    path("s/<slug:sandbox>/audit/downloads/<slug:token>/", files.progress, name="audit_download"),
    path("s/<slug:sandbox>/inbox/", inbox.inbox, name="inbox"),
    path("s/<slug:sandbox>/inbox/read/", inbox.read, name="inbox_read"),
    path("s/<slug:sandbox>/<section:section>/", items.item_list, name="items"),
    path("s/<slug:sandbox>/<section:section>/new/", new.new, name="new"),
    path(ITEM, library.overview, name="item"),
    path("s/<slug:sandbox>/preview/", preview.typed, name="preview_text"),
    path("s/<slug:sandbox>/attributes/", attributes.names, name="attributes"),
    path(ITEM + "edit/", form.edit, name="edit"),
    path(ITEM + "edit/presence/", presence.poll, name="presence"),
    path(ITEM + "edit/newer/", presence.bring_in, name="bring_in"),
    path(ITEM + "duplicate/", lifecycle.duplicate, name="duplicate_item"),
    path(ITEM + "delete/", lifecycle.delete, name="delete_item"),
    path(ITEM + "undelete/", deleted.undelete, name="undelete"),
    path(ITEM + "status/<slug:status>/", status.set_status, name="set_status"),
    # The steps of an offer have addresses of their own. They stand below, because Django makes an address of the last that fits.
    path(OFFER + "approve/", status.set_status, {"section": OFFERS, "status": "approved"}, name="set_status"),
    path(OFFER + "unapprove/", status.set_status, {"section": OFFERS, "status": "draft"}, name="set_status"),
    path(OFFER + "archive/", status.set_status, {"section": OFFERS, "status": "archived"}, name="set_status"),
    path(OFFER + "in-place/<slug:column>/", cell.in_place, name="in_place"),
    path(OFFER + "template/", template.mark, {"section": OFFERS}, name="mark_template"),
    path(OFFER + "evidence/", evidence.page, {"section": OFFERS}, name="evidence"),
    path(ITEM + "api/", library.api, name="item_api"),
    path(ITEM + "preview/<int:etag>/<int:representation>/<int:component>/", preview.stored, name="preview"),
    path(ITEM + "history/", history.timeline, name="history"),
    path(ITEM + "history/field/", values.page, name="field_values"),
    path(ITEM + "history/<int:etag>/", history.revision, name="revision"),
    path(ITEM + "history/<int:etag>/undo/", undoing.undo, name="undo"),
    path(ITEM + "history/<int:etag>/restore/", undoing.restore, name="restore"),
    path(ITEM + "history/<int:etag>/receipt", proof.receipt, name="receipt"),
    path(ITEM + "history/<int:etag>/proof/", receipt.page, name="proof"),
    path(ITEM + "keep/", of_item.page, name="keep"),
    path(ITEM + "keep/hold/", of_item.hold, name="keep_hold"),
    path(ITEM + "keep/class/", of_item.retention, name="keep_class"),
    path(ITEM + "keep/erase/", of_item.erase, name="keep_erase"),
    path(ITEM + "compare/", comparing.compare, name="compare"),
    path(ITEM + "blame/", blaming.blame, name="blame"),
]
