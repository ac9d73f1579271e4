"""Draws a QR code as the path of an inline SVG, since our policy shows no `data:` image."""


def draw_qr_path(text: str) -> tuple[str, int]:
    """(the `d` of a path that fills the dark squares, how many squares a side has) for `text`.

    A quiet edge of four squares, which readers need, is among them.
    """
    # Loaded here: with it comes a library for pictures, and few workers ever draw a code.
    import qrcode

    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    dark = [
        f"M{across} {down}h1v1h-1z"
        for down, row in enumerate(rows)
        for across, is_dark in enumerate(row)
        if is_dark
    ]
    return "".join(dark), len(rows)
