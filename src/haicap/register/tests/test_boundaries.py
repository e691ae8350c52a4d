"""Files of boundaries, good and bad."""

import json

import pytest

from haicap.kernel.errors import NotAllowed, Refused
from haicap.register.actions import import_boundaries
from haicap.register.models import Boundary, ImportReport
from haicap.register.rules.geometry import contains, distance_km

pytestmark = pytest.mark.django_db


def _square(longitude, latitude, half=0.02):
    west, south, east, north = longitude - half, latitude - half, longitude + half, latitude + half
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _feature(code, coordinates, **properties):
    geometry = {"type": "Polygon", "coordinates": coordinates}
    return {"type": "Feature", "properties": {"code": code, **properties}, "geometry": geometry}


def _document(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


@pytest.fixture
def take(importer):
    return lambda *features, **more: import_boundaries(
        actor=importer, source=_document(*features, **more), name="units.geojson"
    )


@pytest.fixture
def home(current):
    """Return a function from a code to a small square around the unit's centre."""
    return lambda code: _square(current(code).longitude, current(code).latitude)


def _refusal(take, *features, **more):
    with pytest.raises(Refused) as refused:
        take(*features, **more)
    assert not Boundary.objects.exists()
    assert not ImportReport.objects.exists()
    return refused.value


def test_what_matches_is_kept_and_what_does_not_is_reported(take, home):
    done = take(_feature("26740", home("26740")), _feature("99999", home("26740")))
    assert done.report.counts == {"matched": 1, "unknown_code": 1}
    assert Boundary.objects.get().unit.code == "26740"


def test_importing_again_replaces_the_boundary(take, home, current):
    take(_feature("26740", home("26740")))
    wider = _square(current("26740").longitude, current("26740").latitude, half=0.05)
    take(_feature("26740", wider))
    assert Boundary.objects.get().geometry["coordinates"] == wider


def test_metres_of_vn_2000_are_refused_by_name(take):
    refusal = _refusal(take, _feature("26740", _square(603_000.0, 1_191_000.0, half=500)))
    assert refusal.code == "boundaries.metres"
    assert "VN-2000" in str(refusal.message)


def test_one_feature_in_metres_refuses_the_whole_file(take, home):
    metres = _feature("26737", _square(603_000.0, 1_191_000.0, half=500))
    assert _refusal(take, _feature("26740", home("26740")), metres).code == "boundaries.metres"


def test_swapped_axes_are_refused_by_name(take):
    assert _refusal(take, _feature("26740", _square(10.78, 106.7))).code == "boundaries.axes_swapped"


def test_another_projection_named_in_the_file_is_refused(take, home):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9210"}}
    refusal = _refusal(take, _feature("26740", home("26740")), crs=crs)
    assert refusal.code == "boundaries.projection_named"
    assert "9210" in str(refusal.message)


def test_wgs_84_named_in_the_file_is_welcome(take, home):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert take(_feature("26740", home("26740")), crs=crs).report.counts == {"matched": 1}


def test_a_file_about_another_country_is_refused(take):
    assert _refusal(take, _feature("26740", _square(2.35, 48.85))).code == "boundaries.elsewhere"


def test_the_name_of_thanh_an_on_the_code_of_thạnh_an_is_reported(take, home):
    done = take(
        _feature("27676", home("27676"), name="Xã Thanh An"),
        _feature("25807", home("25807"), name="Thanh An"),
    )
    assert [shape.status for shape in done.shapes] == ["name_differs", "matched"]


def test_the_boundary_of_thanh_an_under_the_code_of_thạnh_an_is_reported(take, home):
    done = take(_feature("27676", home("25807")), _feature("25807", home("25807")))
    assert [shape.status for shape in done.shapes] == ["far_away", "matched"]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [106.7, 10.78]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[106.7, 10.78], [106.8, 10.78], [106.7, 10.78]]]},
        {"type": "Polygon", "coordinates": [[[106.7, 10.78], [106.8, 10.78], [106.8, 10.9], [106.7, 10.9]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [106.8, 10.78], [106.8, 10.9], ["a", "b"]]]},
        {"type": "MultiPolygon", "coordinates": "nonsense"},
    ],
)
def test_what_is_no_closed_area_is_reported(take, home, geometry):
    broken = {"type": "Feature", "properties": {"code": "26737"}, "geometry": geometry}
    done = take(_feature("26740", home("26740")), broken)
    assert [shape.status for shape in done.shapes] == ["matched", "not_an_area"]


def test_features_without_a_code_or_properties_are_reported(take, home):
    bare = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": home("26740")}}
    done = take(_feature("26740", home("26740")), bare, "nonsense", _feature("26740", home("26740")))
    assert [shape.status for shape in done.shapes] == ["matched", "no_code", "no_code", "code_twice"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b'{"type": "FeatureCollection"}', b"[" * 100_000, b"\xff\xfe"]
)
def test_what_is_no_geojson_is_refused(importer, raw):
    with pytest.raises(Refused):
        import_boundaries(actor=importer, source=raw, name="x.geojson")


def test_a_number_that_is_no_number_is_no_coordinate(importer, home):
    text = _document(_feature("26740", home("26740"))).decode().replace("[[[", "[[[NaN, 10.1], [", 1)
    done = import_boundaries(actor=importer, source=text.encode(), name="x.geojson")
    assert done.report.counts == {"not_an_area": 1}


def test_only_those_who_may_import_can(reader):
    with pytest.raises(NotAllowed):
        import_boundaries(actor=reader, source=b"{}", name="x.geojson")


def test_the_reference_boundaries_match_all_168_units(importer, shared):
    path = shared / "data/hcmc-communes-2025.geojson"
    done = import_boundaries(actor=importer, source=path, name=path.name)
    assert done.report.counts == {"matched": 168}


def test_a_hole_is_outside():
    outer, hole = _square(106.7, 10.7, half=1)[0], _square(106.7, 10.7, half=0.1)[0]
    area = {"type": "Polygon", "coordinates": [outer, hole]}
    assert contains(geometry=area, latitude=10.9, longitude=106.9)
    assert not contains(geometry=area, latitude=10.7, longitude=106.7)


def test_a_degree_of_latitude_is_111_km():
    assert distance_km(latitude=10, longitude=106, other_latitude=11, other_longitude=106) == pytest.approx(
        111.2, abs=0.1
    )
