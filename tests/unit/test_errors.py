from pykube.errors import Cause, Details


def test_what_is_not_said_is_not_written():
    assert Cause("", "it broke").to_dict() == {"message": "it broke"}
    assert Cause("FieldValueInvalid", "no", "spec.a").to_dict() == {
        "reason": "FieldValueInvalid",
        "message": "no",
        "field": "spec.a",
    }
    assert Details().to_dict() == {}
