"""The table of who opens what, kept by hand: a row for every address of the site, by its name.

The site keeps its own table in `concerns/urls.py`. This one is written apart from it, so that a
change of either is seen.
"""

# `in`: sent to sign in. The writer wrote the concern and the draft; staff wrote nothing. Each row
# says what opening the address gives, and behind the stroke what pressing an empty form on it does.
TABLE = """
                   stranger writer staff dsl deputy head chair office | stranger writer staff dsl deputy head chair office
home               in       302    302   302 302    302  302   302    | in       302    302   302 302    302  302   302
people_where       in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
people_still_here  in       405    405   405 405    405  405   405    | in       204    204   204 204    204  204   204
people_own         in       200    200   200 200    200  200   200     | in       422    422   422 422    422  422   422
people_password    404      404    404   404 404    404  404   404     | 404      404    404   404 404    404  404   404
people             in       403    403   403 403    200  403   200     | in       403    403   403 403    200  403   200
people_add         in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_covers      in       403    403   200 200    200  403   200     | in       403    403   422 422    422  403   422
people_uncover     in       403    403   200 200    200  403   200     | in       403    403   422 422    422  403   422
people_upload      in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_file        in       403    403   403 403    200  403   200     | in       403    403   403 403    409  403   409
people_asked       in       403    403   403 403    200  403   200     | in       403    403   403 403    200  403   200
people_answer      in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_confirm     in       404    404   404 404    404  404   404     | in       404    404   404 404    404  404   404
people_end         in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_unrelate    in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_person      in       403    403   403 403    200  403   200     | in       403    403   403 403    200  403   200
people_change      in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_give        in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_family      in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_invite      in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
people_leave       in       403    403   403 403    200  403   200     | in       403    403   403 403    422  403   422
submit             in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
submit_start       in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
submit_danger      in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
submit_write       in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
submit_children    in       405    405   405 405    405  405   405    | in       200    200   200 200    200  200   200
submit_keep        in       405    405   405 405    405  405   405    | in       400    400   400 400    400  400   400
submit_words       in       405    405   405 405    405  405   405    | in       400    400   400 400    400  400   400
submit_throw_away  in       405    405   405 405    405  405   405    | in       302    302   302 302    302  302   302
submit_draft       in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_sent        in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_told        in       302    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
submit_mine        in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
submit_add         in       302    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
submit_worried     in       302    404   404 404    404  404   404    | in       302    404   404 404    404  404   404
submit_exclude     in       200    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
adult              in       403    403   403 403    200  200   403    | in       403    403   403 403    200  200   403
adult_write        in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
adult_keep         in       405    405   405 405    405  405   405    | in       400    400   400 400    400  400   400
adult_draft        in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
adult_sent         in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
adult_all_mine     in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
adult_mine         in       200    404   404 404    404  404   404    | in       200    404   404 404    404  404   404
adult_add          in       302    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
adult_read         in       403    403   403 403    200  404   403    | in       403    403   403 403    200  404   403
adult_take         in       403    403   403 403    302  302   403    | in       403    403   403 403    409  404   403
adult_take_over    in       403    403   403 403    302  200   403    | in       403    403   403 403    302  422   403
adult_decide       in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_speak        in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_note         in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_tell         in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_hand         in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_about        in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_exclude      in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_close        in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
adult_reopen       in       403    403   403 403    200  404   403    | in       403    403   403 403    422  404   403
triage             in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
triage_read        in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
triage_take        in       403    403   302 302    302  403   403    | in       403    403   409 409    409  403   403
triage_hand        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_decide      in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_keep        in       403    403   302 302    302  403   403    | in       403    403   422 422    422  403   403
triage_note        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_sort        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_exclude     in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_refile      in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_close       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
triage_reopen      in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_speak        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_untold       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_meet         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_plan         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_change       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_again        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer              in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_send         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_acknowledge  in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_chase        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_answer       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_view         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_challenge    in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_settle       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
refer_pack         in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
refer_withdraw     in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase              in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
chase_step         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_why          in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
chase_reported     in       200    404   404 404    404  404   404    | in       422    404   404 404    404  404   404
chase_clocks       in       403    403   200 403    200  403   403    | in       403    403   422 403    422  403   403
chase_tell         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_messages     in       200    200   200 200    200  200   200     | in       422    422   422 422    422  422   422
chase_undelivered  in       403    403   403 403    200  403   403     | in       403    403   403 403    200  403   403
chase_again        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_look         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_ask          in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
chase_task         in       200    404   200 200    200  404   404    | in       422    404   422 422    422  404   404
chase_unsent       in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
chase_set_aside    in       200    404   200 200    200  404   404    | in       422    404   422 422    422  404   404
child_search       in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
child_tracker      in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child_tracker_print in      403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child_tracker_csv  in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child              in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child_seen_any     in       200    200   200 200    200  200   200    | in       422    422   422 422    422  422   422
child_seen_said    in       200    200   200 200    200  200   200    | in       200    200   200 200    200  200   200
child_arrived      in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   422
child_arrived_said in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   200
child_file         in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child_write        in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
child_end          in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
child_seen         in       403    403   200 200    200  403   403    | in       403    403   422 422    422  403   403
child_chronology   in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
child_print        in       403    403   200 200    200  403   403    | in       403    403   200 200    200  403   403
roll               in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   200
roll_upload        in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   422
roll_file          in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   409
roll_answer        in       403    403   403 403    403  403   200    | in       403    403   403 403    403  403   422
audit              in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_day          in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_rows         in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_trail        in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_csv          in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_print        in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
audit_print_trail  in       403    403   403 403    200  403   403    | in       403    403   403 403    200  403   403
"""  # noqa: E501 - a table is read across

HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
WHO = HEAD[: HEAD.index("|")]
OPENED = {name: dict(zip(WHO, said[: len(WHO)], strict=True)) for name, *said in ROWS}
PRESSED = {name: dict(zip(WHO, said[len(WHO) + 1 :], strict=True)) for name, *said in ROWS}
