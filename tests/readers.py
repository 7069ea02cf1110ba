"""Reads the files of a directory with VTK, NumPy and zarr-python and compares them with expected.json, bit for bit.

Then writes files with VTK and NumPy into `theirs/`, with theirs/expected.json, for the reverse check.
"""

import csv
import json
import sys
import xml.etree.ElementTree
from pathlib import Path

import numpy
import vtk
import zarr
from vtk.util.numpy_support import vtk_to_numpy


def numbers(values):
    """Floats from JSON, where NaN is null."""
    return numpy.array([numpy.nan if v is None else v for v in values], dtype=numpy.float64)


def same(got, expected, what):
    got = numpy.asarray(got, dtype=numpy.float64).ravel()
    expected = numbers(expected)
    assert got.shape == expected.shape, f"{what}: {got.shape} and not {expected.shape} numbers"
    equal = (got == expected) & (numpy.signbit(got) == numpy.signbit(expected))
    equal |= numpy.isnan(got) & numpy.isnan(expected)
    assert equal.all(), f"{what}: {got[~equal][:5]} and not {expected[~equal][:5]}"


def read(reader, path):
    """What a VTK reader makes of a file; anything it complains of is a failure."""
    complaints = []
    reader.AddObserver("ErrorEvent", lambda _, event: complaints.append(event))
    reader.AddObserver("WarningEvent", lambda _, event: complaints.append(event))
    assert reader.CanReadFile(str(path)), f"{path.name}: VTK cannot read it"
    reader.SetFileName(str(path))
    reader.Update()
    assert not complaints, f"{path.name}: VTK complains"
    return reader.GetOutput()


def check_vtk(path, expected):
    image = path.suffix == ".vti"
    reader = vtk.vtkXMLImageDataReader() if image else vtk.vtkXMLRectilinearGridReader()
    data = read(reader, path)
    what = path.name
    assert list(data.GetExtent()) == expected["extent"], f"{what}: extent {data.GetExtent()}"
    if image:
        same(data.GetOrigin(), expected["origin"], f"{what} origin")
        same(data.GetSpacing(), expected["spacing"], f"{what} spacing")
    else:
        for axis, get in zip("xyz", (data.GetXCoordinates, data.GetYCoordinates, data.GetZCoordinates)):
            same(vtk_to_numpy(get()), expected["edges"][axis], f"{what} edges along {axis}")
    assert data.GetNumberOfCells() == expected["cells"], f"{what}: {data.GetNumberOfCells()} cells"
    time = data.GetFieldData().GetArray("TimeValue")
    assert (time is None) == (expected["time"] is None), f"{what}: time"
    if time is not None:
        same(vtk_to_numpy(time), [expected["time"]], f"{what} time")
    cells = data.GetCellData()
    for name, field in expected["fields"].items():
        array = cells.GetArray(name)
        assert array is not None, f"{what}: no array `{name}`"
        assert array.GetNumberOfComponents() == field["components"], f"{what}: components of `{name}`"
        assert array.GetDataTypeAsString() == field["type"], f"{what}: type of `{name}`"
        unit = array.GetInformation().Get(vtk.vtkDataArray.UNITS_LABEL())
        assert unit == field["unit"], f"{what}: unit of `{name}` is {unit}"
        same(vtk_to_numpy(array), field["values"], f"{what} `{name}`")
    hidden = cells.GetArray("vtkGhostType")
    flags = [] if hidden is None else [i for i, flag in enumerate(vtk_to_numpy(hidden)) if flag != 0]
    assert flags == expected["void"], f"{what}: hidden cells {flags}"


def check_numpy(path, expected):
    array = numpy.load(path, allow_pickle=False)
    assert list(array.shape) == expected["shape"], f"{path.name}: shape {array.shape}"
    assert array.dtype.str == expected["type"] and array.flags.c_contiguous, f"{path.name}: {array.dtype}"
    same(array, expected["values"], path.name)


def check_collection(path, expected):
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "VTKFile" and root.get("type") == "Collection", f"{path.name}: no collection"
    states = [(float(d.get("timestep")), d.get("file")) for d in root.iter("DataSet")]
    assert states == [tuple(s) for s in expected["states"]], f"{path.name}: {states}"
    for time, name in states:
        data = read(vtk.vtkXMLGenericDataObjectReader(), path.parent / name)
        assert data.GetFieldData().GetArray("TimeValue").GetValue(0) == time, f"{path.name}: time of {name}"


def check_series(path, expected):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == expected["headings"], f"{path.name}: {rows[0]}"
    got = [[float(cell) if cell else None for cell in row] for row in rows[1:]]
    assert got == expected["rows"], f"{path.name}: {got}"


def check_archive(path, expected):
    with numpy.load(path, allow_pickle=False) as archive:
        assert sorted(archive) == sorted(expected), f"{path.name}: {list(archive)}"
        for name, content in expected.items():
            array = archive[name]
            assert list(array.shape) == content["shape"] and array.dtype.str == content["type"], f"{path.name}: {name}"
            same(array, content["values"], f"{path.name} {name}")


def check_zarr(path, expected):
    group = zarr.open_group(path, mode="r", zarr_format=3)
    times, cells = expected["time"], numpy.prod(expected["shape"][1:])
    same(group["time"][:], times, f"{path.name} time")
    same(group["x"][:], expected["x"], f"{path.name} x")
    temperature, flux = group["temperature"], group["flux"]
    assert list(temperature.shape) == expected["shape"] and temperature.nchunks > len(times), temperature.chunks
    assert temperature.attrs["units"] == "K" and temperature.metadata.dimension_names == ("time", "z", "y", "x")
    for n, time in enumerate(times):
        ramp = numpy.arange(cells, dtype=float)
        assert (flux[n][..., 0].ravel() == ramp).all() and (flux[n][..., 1] == time).all(), f"{path.name} flux"
        ramp += time
        ramp[1] = numpy.nan
        assert numpy.array_equal(temperature[n].ravel(), ramp, equal_nan=True), f"{path.name} temperature"


CHECKS = {".npz": check_archive, ".zarr": check_zarr, ".vti": check_vtk, ".vtr": check_vtk, ".npy": check_numpy, ".pvd": check_collection, ".csv": check_series}


def write_theirs(directory):
    """Files of other programs: arrays of all number types and orders, and grids written by VTK itself."""
    expected = {}
    directory.mkdir()
    counts = numpy.arange(24).reshape(2, 3, 4)
    for kind in ["u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"]:
        values = counts.astype(kind) if "u" in kind else (counts - 7).astype(kind)
        for order in "CF":
            name = f"{kind.strip('<')}_{order}.npy"
            numpy.save(directory / name, numpy.asarray(values, order=order))
            expected[name] = {"shape": values.shape, "values": values.astype(float).ravel().tolist()}

    values = numpy.sqrt(numpy.arange(24.0))
    array = vtk.vtkDoubleArray()
    array.SetName("temperature")
    for value in values:
        array.InsertNextValue(value)
    image = vtk.vtkImageData()
    image.SetDimensions(5, 4, 3)
    image.SetOrigin(-0.1, 0.0, 0.2)
    image.SetSpacing(0.1, 0.25, 1e-6)
    graded = vtk.vtkRectilinearGrid()
    graded.SetDimensions(5, 4, 3)
    edges = [[0.0, 1e-3, 1.5e-3, 9e-3, 1.0], [0.0, 1.0, 2.0, 3.0], [-1.0, 0.0, 1e-7]]
    for coordinates, set_axis in zip(edges, (graded.SetXCoordinates, graded.SetYCoordinates, graded.SetZCoordinates)):
        axis = vtk.vtkDoubleArray()
        for x in coordinates:
            axis.InsertNextValue(x)
        set_axis(axis)
    for data, writer, name in [
        (image, vtk.vtkXMLImageDataWriter(), "theirs.vti"),
        (graded, vtk.vtkXMLRectilinearGridWriter(), "theirs.vtr"),
    ]:
        data.GetCellData().AddArray(array)
        writer.SetInputData(data)
        writer.SetDataModeToAppended()
        writer.EncodeAppendedDataOff()
        writer.SetHeaderTypeToUInt64()
        for compressed in (True, False):
            writer.SetCompressorTypeToZLib() if compressed else writer.SetCompressorTypeToNone()
            writer.SetFileName(str(directory / (f"compressed_{name}" if compressed else name)))
            assert writer.Write() == 1
        expected[name] = {"values": values.tolist(), "edges": edges if name.endswith("r") else None}
    (directory / "expected.json").write_text(json.dumps(expected))


def main():
    numpy.set_printoptions(precision=17)
    directory = Path(sys.argv[1])
    expected = json.loads((directory / "expected.json").read_text())
    for name, content in expected.items():
        path = directory / name
        CHECKS[path.suffix](path, content)
    write_theirs(directory / "theirs")
    print(f"VTK {vtk.vtkVersion().GetVTKVersion()}, NumPy {numpy.__version__}, zarr {zarr.__version__}: {len(expected)} files as expected")


main()
