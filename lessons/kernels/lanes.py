"""Vectors for compiled code: one operation on as many numbers as the processor takes at once.

A `Lanes` value holds LANES numbers of one type, usually the same quantity of LANES samples. In a
compiled function it is written like a number: `w * h + b`, `max(z, 0)`, `where(z > 0, z, 0)`; a
plain number beside it counts for every lane. Numba turns each operation into one instruction of
LLVM, which splits it where a processor has shorter vectors.

Arrays are passed as the address of their first number: unlike an array it costs nothing to hand
over, for nobody counts who holds it. `load(a, i)` reads `a[i : i + LANES]`.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core.registry import cpu_target
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model


def widest_vector(features):
    """Count the float32 numbers in the widest vector of a processor with these features."""
    return 16 if "+avx512f" in features else 8 if "+avx" in features else 4


# Those that Numba compiles for, which may be told to be fewer than the processor has.
_, _, FEATURES = cpu_target.target_context.codegen().magic_tuple()
LANES = widest_vector(FEATURES.split(","))
# Products and sums may be fused; nothing is reordered, so NaN and infinity keep their meaning.
FUSED = ("contract",)
INT32 = ir.IntType(32)


class Lanes(types.Type):
    """The type of LANES numbers of one float type."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


class Mask(types.Type):
    """The type of LANES truth values, the result of a comparison."""

    def __init__(self):
        super().__init__(name="Mask")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        item = dmm.lookup(fe_type.dtype).get_value_type()
        super().__init__(dmm, fe_type, ir.VectorType(item, LANES))


@register_model(Mask)
class MaskModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, ir.VectorType(ir.IntType(1), LANES))


# --- arithmetic ----------------------------------------------------------------------------------


def define(operation, build, result=None):
    """Let an operator or built-in function work on Lanes, and on Lanes with plain numbers."""

    def lanes_among(kinds):
        return next((kind for kind in kinds if isinstance(kind, Lanes)), None)

    @infer_global(operation)
    class Template(AbstractTemplate):
        def generic(self, args, kws):
            lanes = lanes_among(args)
            fits = lanes and all(a == lanes or isinstance(a, types.Number) for a in args)
            return signature(result or lanes, *args) if fits else None

    def lower(context, builder, sig, args):
        lanes = lanes_among(sig.args)
        return build(builder, *as_lanes(context, builder, lanes, args, sig.args))

    for kinds in ((Lanes,), (Lanes, Lanes), (Lanes, types.Any), (types.Any, Lanes)):
        lower_builtin(operation, *kinds)(lower)


def as_lanes(context, builder, lanes, values, kinds):
    """Return the values with plain numbers put into all lanes."""
    return [
        value if kind == lanes else fill(builder, context.cast(builder, value, kind, lanes.dtype))
        for value, kind in zip(values, kinds, strict=True)
    ]


def fill(builder, number):
    """Put one number into all lanes."""
    lanes = ir.Constant(ir.VectorType(number.type, LANES), ir.Undefined)
    lanes = builder.insert_element(lanes, number, ir.Constant(INT32, 0))
    return shuffle(builder, lanes, lanes, [0] * LANES)


def shuffle(builder, a, b, order):
    """Choose lanes from two vectors, those of the second counted on from those of the first."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(INT32, len(order)), order))


def call(builder, name, *values, flags=FUSED):
    """Call an intrinsic function of LLVM on vectors."""
    bits = 32 if values[-1].type.element == ir.FloatType() else 64
    result = values[0].type
    function = ir.FunctionType(result, [value.type for value in values])
    function = builder.module.globals.get(full := f"llvm.{name}.v{LANES}f{bits}") or ir.Function(
        builder.module, function, full
    )
    return builder.call(function, values, fastmath=flags)


for names, method in (
    ("add iadd", "fadd"), ("sub isub", "fsub"), ("mul imul", "fmul"), ("truediv itruediv", "fdiv"),
):  # fmt: skip
    for name in names.split():
        define(
            getattr(operator, name),
            lambda builder, a, b, method=method: getattr(builder, method)(a, b, flags=FUSED),
        )
for name, symbol in (("gt", ">"), ("lt", "<"), ("eq", "==")):
    define(
        getattr(operator, name),
        lambda builder, a, b, symbol=symbol: builder.fcmp_ordered(symbol, a, b),
        Mask(),
    )
define(operator.neg, lambda builder, a: builder.fneg(a))
define(abs, lambda builder, a: call(builder, "fabs", a))
# Of `a` that is NaN, they make NaN.
define(max, lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), b, a))
define(min, lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), b, a))


@intrinsic
def where(typingctx, mask, yes, no):
    """Choose lane by lane: `yes` where the mask is true, else `no`; one may be a plain number."""
    lanes = yes if isinstance(yes, Lanes) else no

    def build(context, builder, sig, args):
        yes, no = as_lanes(context, builder, lanes, args[1:], sig.args[1:])
        return builder.select(args[0], yes, no)

    return lanes(mask, yes, no), build


@intrinsic
def root(typingctx, x):
    """Square root."""
    return x(x), lambda context, builder, sig, args: call(builder, "sqrt", *args)


@intrinsic
def sign(typingctx, x):
    """1 where x is positive, -1 where it is negative, else 0."""

    def build(context, builder, sig, args):
        kind = args[0].type
        zero, one, minus = (ir.Constant(kind, [number] * LANES) for number in (0.0, 1.0, -1.0))
        negative = builder.select(builder.fcmp_ordered("<", args[0], zero), minus, zero)
        return builder.select(builder.fcmp_ordered(">", args[0], zero), one, negative)

    return x(x), build


@intrinsic
def nearest(typingctx, x):
    """The nearest whole number."""
    return x(x), lambda context, builder, sig, args: call(builder, "rint", *args)


# --- between lanes and memory --------------------------------------------------------------------


@intrinsic
def address(typingctx, array):
    """Return where the numbers of an array begin. The caller must hold on to the array."""

    def build(context, builder, sig, args):
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), build


def vector_at(builder, base, i):
    """Return the place of the lanes from `base[i]` on."""
    place = builder.gep(base, [i])
    return builder.bitcast(place, ir.VectorType(place.type.pointee, LANES).as_pointer())


@intrinsic
def zeros(typingctx, a):
    """Lanes of zeros, of the type of the numbers at address a."""
    kind = Lanes(a.dtype)

    def build(context, builder, sig, args):
        return ir.Constant(context.get_value_type(kind), [0.0] * LANES)

    return kind(a), build


@intrinsic
def load(typingctx, a, i):
    """Read `a[i : i + LANES]`."""

    def build(context, builder, sig, args):
        return builder.load(vector_at(builder, *args), align=a.dtype.bitwidth // 8)

    return Lanes(a.dtype)(a, types.intp), build


@intrinsic
def store(typingctx, a, i, x):
    """Write `a[i : i + LANES] = x`."""

    def build(context, builder, sig, args):
        builder.store(args[2], vector_at(builder, *args[:2]), align=a.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(a, types.intp, x), build


@intrinsic
def prefetch(typingctx, a, i):
    """Ask for the memory at `a[i]`, which may lie beyond the end, to be brought to the cache."""

    def build(context, builder, sig, args):
        place = builder.bitcast(builder.gep(args[0], [args[1]]), ir.IntType(8).as_pointer())
        kinds = [place.type, ir.IntType(32), ir.IntType(32), ir.IntType(32)]
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [place.type], ir.FunctionType(ir.VoidType(), kinds)
        )
        to_read, keep_close, data = (ir.Constant(ir.IntType(32), n) for n in (0, 3, 1))
        builder.call(function, [place, to_read, keep_close, data])
        return context.get_dummy_value()

    return types.void(a, types.intp), build


@intrinsic
def lane(typingctx, x, k):
    """One of the numbers."""

    def build(context, builder, sig, args):
        return builder.extract_element(*args)

    return x.dtype(x, types.intp), build


@intrinsic
def with_lane(typingctx, x, k, number):
    """The same lanes but for one."""

    def build(context, builder, sig, args):
        return builder.insert_element(args[0], args[2], args[1])

    return x(x, types.intp, x.dtype), build


@intrinsic
def total(typingctx, x):
    """Sum of all lanes."""

    def build(context, builder, sig, args):
        nothing = ir.Constant(args[0].type.element, -0.0)
        # Here the order of the sum is free, or it would go one by one.
        return call(builder, "vector.reduce.fadd", nothing, args[0], flags=("reassoc",))

    return x.dtype(x), build


@intrinsic
def store_transposed(typingctx, a, i, source, starts, offset):
    """Write a square with rows for columns: `a[i + r·LANES + k] = source[starts[k] + offset + r]`.

    Reads LANES rows from LANES places. Lanes are exchanged between the first half of the rows and
    the second, then between quarters, and so on.
    """

    def build(context, builder, sig, args):
        a, i, source, starts, offset = args
        kind = context.get_value_type(types.intp)
        rows = []
        for k in range(LANES):
            start = builder.load(builder.gep(starts, [ir.Constant(kind, k)]))
            place = vector_at(builder, source, builder.add(start, offset))
            rows.append(builder.load(place, align=sig.args[0].dtype.bitwidth // 8))
        half = LANES // 2
        low = [n for k in range(half) for n in (k, LANES + k)]
        high = [n + half for n in low]
        while half:
            # Row k and row k + LANES/2 are shuffled like two halves of a deck of cards.
            pairs = list(zip(rows[: LANES // 2], rows[LANES // 2 :], strict=True))
            rows = [shuffle(builder, x, y, order) for x, y in pairs for order in (low, high)]
            half //= 2
        for r, row in enumerate(rows):
            place = builder.add(i, ir.Constant(kind, r * LANES))
            builder.store(row, vector_at(builder, a, place), align=sig.args[0].dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(a, types.intp, source, starts, types.intp), build


# --- the bits of a float32 -----------------------------------------------------------------------


@intrinsic
def power_of_two(typingctx, n):
    """`2^n` for whole n from -126 to 127: n goes into the bits of the exponent."""

    def build(context, builder, sig, args):
        integers = ir.VectorType(INT32, LANES)
        biased = builder.add(
            builder.fptosi(args[0], integers), ir.Constant(integers, [127] * LANES)
        )
        bits = builder.shl(biased, ir.Constant(integers, [23] * LANES))
        return builder.bitcast(bits, args[0].type)

    return n(n), build


@intrinsic
def exponent(typingctx, x):
    """The whole n for which `x = f·2^n` with `1/2 ≤ f < 1`, of a normal x > 0."""

    def build(context, builder, sig, args):
        integers = ir.VectorType(INT32, LANES)
        bits = builder.lshr(builder.bitcast(args[0], integers), ir.Constant(integers, [23] * LANES))
        n = builder.sub(bits, ir.Constant(integers, [126] * LANES))
        return builder.sitofp(n, args[0].type)

    return x(x), build
