"""The whole site on one screen: each page, its room, and who it is open to.

The first word of an address is its room. Addresses hold opaque ids, never a name.
"""

from concerns.audit import views as audit
from concerns.chase import views as chase
from concerns.child import views as child
from concerns.doors.gate import Open, page
from concerns.people import views as people
from concerns.refer import views as refer
from concerns.roll import views as roll
from concerns.rules.roles import May
from concerns.submit import views as submit
from concerns.triage import views as triage

urlpatterns = [
    page("", people.home, Open.SIGNED_IN, "home"),
    page("people/where/", people.where, Open.CHOOSING, "people_where"),
    page("people/still-here/", people.still_here, Open.CHOOSING, "people_still_here"),
    page("people/own/", people.own, May.SUBMIT, "people_own"),
    page("people/password/", people.password, Open.ANYONE, "people_password"),
    page("people/", people.staff, May.PEOPLE, "people"),
    page("people/add/", people.add, May.PEOPLE, "people_add"),
    page("people/asked/", people.asked, May.PEOPLE, "people_asked"),
    page("people/asked/<uuid:uid>/", people.answer, May.POSTS, "people_answer"),
    page("people/post/<uuid:uid>/", people.end, May.PEOPLE, "people_end"),
    page("people/family/<uuid:uid>/", people.unrelate, May.PEOPLE, "people_unrelate"),
    page("people/<uuid:uid>/", people.person, May.PEOPLE, "people_person"),
    page("people/<uuid:uid>/change/", people.change, May.PEOPLE, "people_change"),
    page("people/<uuid:uid>/post/", people.give, May.PEOPLE, "people_give"),
    page("people/<uuid:uid>/family/", people.family, May.PEOPLE, "people_family"),
    page("people/<uuid:uid>/invite/", people.invite, May.PEOPLE, "people_invite"),
    page("people/<uuid:uid>/leave/", people.leave, May.PEOPLE, "people_leave"),
    page("submit/", submit.home, May.SUBMIT, "submit"),
    page("submit/start/", submit.start, May.SUBMIT, "submit_start"),
    page("submit/adult/", submit.adult, May.SUBMIT, "submit_adult"),
    page("submit/danger/", submit.danger, May.SUBMIT, "submit_danger"),
    page("submit/write/", submit.write, May.SUBMIT, "submit_write"),
    page("submit/children/", submit.children, May.SUBMIT, "submit_children"),
    page("submit/keep/", submit.autosave, May.SUBMIT, "submit_keep"),
    page("submit/draft/<uuid:uid>/", submit.draft, May.SUBMIT, "submit_draft"),
    page("submit/sent/<uuid:uid>/", submit.sent, May.SUBMIT, "submit_sent"),
    page("submit/told/<uuid:uid>/", submit.told, May.SUBMIT, "submit_told"),
    page("submit/mine/<uuid:uid>/", submit.mine, May.SUBMIT, "submit_mine"),
    page("submit/add/<uuid:uid>/", submit.add, May.SUBMIT, "submit_add"),
    page("submit/exclude/<uuid:uid>/", submit.exclude, May.SUBMIT, "submit_exclude"),
    page("triage/", triage.queue, May.READ, "triage"),
    page("triage/<uuid:uid>/", triage.read, May.READ, "triage_read"),
    page("triage/<uuid:uid>/take/", triage.take, May.TAKE, "triage_take"),
    page("triage/<uuid:uid>/hand/", triage.hand, May.TAKE, "triage_hand"),
    page("triage/<uuid:uid>/decide/", triage.decide, May.DECIDE, "triage_decide"),
    page("triage/<uuid:uid>/keep/", triage.keep, May.DECIDE, "triage_keep"),
    page("triage/<uuid:uid>/note/", triage.note, May.DECIDE, "triage_note"),
    page("triage/<uuid:uid>/exclude/", triage.exclude, May.DECIDE, "triage_exclude"),
    page("triage/<uuid:uid>/close/", triage.close, May.CLOSE, "triage_close"),
    page("triage/<uuid:uid>/reopen/", triage.reopen, May.CLOSE, "triage_reopen"),
    page("child/<uuid:uid>/", child.story, May.READ, "child"),
    page("child/search/", child.search, May.READ, "child_search"),
    page("child/seen/", child.seen_any, May.SUBMIT, "child_seen_any"),
    page("child/seen/said/", child.seen_said, May.SUBMIT, "child_seen_said"),
    page("child/<uuid:uid>/file/", child.file, May.READ, "child_file"),
    page("child/<uuid:uid>/write/", child.write, May.DECIDE, "child_write"),
    page("child/<uuid:uid>/end/", child.end, May.DECIDE, "child_end"),
    page("child/<uuid:uid>/seen/", child.seen, May.DECIDE, "child_seen"),
    page("refer/<uuid:uid>/speak/", refer.speak, May.REFER, "refer_speak"),
    page("refer/<uuid:uid>/", refer.referral, May.REFER, "refer"),
    page("refer/<uuid:uid>/send/", refer.send, May.REFER, "refer_send"),
    page("refer/<uuid:uid>/answer/", refer.answer, May.REFER, "refer_answer"),
    page("refer/<uuid:uid>/view/", refer.view, May.REFER, "refer_view"),
    page("refer/<uuid:uid>/withdraw/", refer.withdraw, May.REFER, "refer_withdraw"),
    page("chase/step/<uuid:uid>/", chase.step, May.DECIDE, "chase_step"),
    page("chase/tell/<uuid:uid>/", chase.tell, May.DECIDE, "chase_tell"),
    page("chase/unsent/", chase.unsent, May.READ, "chase_unsent"),
    page("chase/unsent/<uuid:uid>/", chase.set_aside, May.SUBMIT, "chase_set_aside"),
    page("roll/", roll.home, May.ROLL, "roll"),
    page("roll/upload/", roll.upload, May.ROLL, "roll_upload"),
    page("roll/file/<uuid:uid>/", roll.file, May.ROLL, "roll_file"),
    page("roll/answer/<uuid:uid>/", roll.answer, May.ROLL, "roll_answer"),
    page("audit/", audit.audit, May.AUDIT, "audit"),
    page("audit/rows/", audit.rows, May.AUDIT, "audit_rows"),
    page("audit/concern/<uuid:uid>/", audit.trail, May.AUDIT, "audit_trail"),
    page("audit/csv/", audit.csv, May.AUDIT, "audit_csv"),
    page("audit/print/", audit.print_figures, May.AUDIT, "audit_print"),
    page("audit/print/<uuid:uid>/", audit.print_trail, May.AUDIT, "audit_print_trail"),
]
