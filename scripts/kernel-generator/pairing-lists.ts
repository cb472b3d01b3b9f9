/**
 * Products of a pairing over BN254 by the functions of `pairing.yul` that contain them, as r = a * b + c in Fp2. "pair." marks elements
 * of one pair of points, "signed." another sign or image of its second point. F, G and R are elements of Fp12 = Fp2[w], w⁶ = ξ = 9 + u;
 * F1 is the factor of w. `test/machine/pairing.test.ts` compares results with another library.
 */
export function pairingLists(): Readonly<Record<string, readonly string[]>> {
  return {
    deriveConstants: DERIVED,
    squareF: SQUARE,
    squareUnitaryF: SQUARE_UNITARY,
    multiplyFByG: multiplication(),
    multiplyFByLine: LINE,
    conjugateF: [1, 3, 5].map((i) => `F${i} = F${i} * minusOne`),
    multiplyByImages1: [1, 2, 3, 4, 5].map((i) => `F${i} = F${i} * a${i}`),
    multiplyByImages2: [1, 2, 3, 4, 5].map((i) => `F${i} = F${i} * b${i}`),
    doubleSum: DOUBLING,
    addPointToSum: ADDITION,
    equationOfFirst: ["A = PX * PX", "A = A * PX + three", "B = PY * PY"],
    equationOfSecond: ["A = QX * QX", "A = A * QX + twistB", "B = QY * QY"],
    beginPair: BEGINNING,
    keepImage: ["nextX = pair.minusX * b2"],
    takeFirstImage: FIRST_IMAGE,
    takeSecondImage: ["pair.minusX = nextX * one"],
    compareWithThirdImage: ["lastX = pair.Z * lastX + pair.X", "lastY = pair.Z * imageY + pair.Y"],
    normOfF: NORM,
    inverseToG: INVERSE,
    doubleMultiple: DOUBLED_MULTIPLE,
    addEntry: ADDED_ENTRY,
    beginMultiple: ["SX = zero * one", "SY = one * one", "SZ = zero * one"],
    storeEntry: ["pair.X = SX * one", "pair.Y = SY * one", "pair.Z = SZ * one"],
    loadEntry: ["SX = pair.X * one", "SY = pair.Y * one", "SZ = pair.Z * one"],
    storePoint: ["pair.X = PX * one", "pair.Y = PY * one", "pair.Z = one * one"],
  };
}

const DERIVED = [
  ...["two = one * one + one", "three = two * one + one", "four = two * two", "six = two * three"],
  ...["eight = four * two", "nine = three * three"],
  ...["minusTwo = two * minusOne", "minusThree = three * minusOne", "minusTwelve = minusThree * four"],
  ...["threeXi = three * xi", "threeTwistB = three * twistB"],
  ...["a2 = a1 * a1", "a3 = a2 * a1", "a4 = a2 * a2", "a5 = a4 * a1"],
  // b3 is −1.
  ...["b2 = b1 * b1", "b3 = minusOne * one", "b4 = b1 * minusOne", "b5 = b2 * minusOne"],
];

/** F². An element is overwritten after the last product that reads it. */
const SQUARE = [
  ...[0, 1, 2, 3, 4].map((i) => `D${i} = F${i} * two`),
  ...[3, 4, 5].map((i) => `X${i} = F${i} * xi`),
  ...["p = F0 * F0", "p = D1 * X5 + p", "p = D2 * X4 + p", "F0 = F3 * X3 + p"],
  ...["t2 = F4 * X4", "t1 = D1 * F4"],
  ...["p = D0 * F4", "p = D1 * F3 + p", "p = F2 * F2 + p", "F4 = F5 * X5 + p"],
  ...["p = D0 * F5 + t1", "F5 = D2 * F3 + p"],
  ...["p = D0 * F3", "p = D1 * F2 + p", "F3 = D4 * X5 + p"],
  ...["p = D0 * F2 + t2", "p = F1 * F1 + p", "F2 = D3 * X5 + p"],
  ...["p = D0 * F1", "p = D2 * X5 + p", "F1 = D3 * X4 + p"],
];

/**
 * F² if F^(p⁴ − p² + 1) is 1. Source: Granger and Scott, "Faster squaring in the cyclotomic subgroup of sixth degree extensions",
 * section 3.2, with F0 + F3·w³, F1 + F4·w³ and F2 + F5·w³ in Fp4.
 */
const SQUARE_UNITARY = [
  ...["A = F0 * three + minusTwo", "p = F0 * A", "B = F3 * threeXi", "A = F0 * six + two", "F0 = F3 * B + p", "F3 = F3 * A"],
  ...["A = F1 * three", "B = F4 * threeXi", "C = F2 * three", "D = F5 * threeXi"],
  ...["M = F2 * minusTwo", "M = F1 * A + M", "N = F4 * minusTwo", "N = F2 * C + N"],
  ...["S = F4 * A + F5", "T = F2 * D + F1"],
  ...["F2 = F4 * B + M", "F4 = F5 * D + N", "F5 = S * two", "F1 = T * two"],
];

/** F·G in F. */
function multiplication(): string[] {
  const factor = (power: number): string => (power < 0 ? `X${power + 6}` : `G${power}`);
  const places = [0, 1, 2, 3, 4, 5];
  return [
    ...[1, 2, 3, 4, 5].map((i) => `X${i} = G${i} * xi`),
    ...places.map((q) => `R${q} = F0 * G${q}`),
    ...[1, 2, 3, 4].flatMap((i) => places.map((q) => `R${q} = F${i} * ${factor(q - i)} + R${q}`)),
    ...places.map((q) => `F${q} = F5 * ${factor(q - 5)} + R${q}`),
  ];
}

/** F·(L0 + L1·w + L3·w³) in F. */
const LINE = [
  ...["X1 = L1 * xi", "X3 = L3 * xi", "t2 = F5 * X3", "t1 = F4 * X3", "t0 = F3 * X3", "t0 = F5 * X1 + t0"],
  ...["p = F5 * L0", "p = F4 * L1 + p", "F5 = F2 * L3 + p"],
  ...["p = F4 * L0", "p = F3 * L1 + p", "F4 = F1 * L3 + p"],
  ...["p = F3 * L0", "p = F2 * L1 + p", "F3 = F0 * L3 + p"],
  ...["p = F2 * L0 + t2", "F2 = F1 * L1 + p", "p = F1 * L0 + t1", "F1 = F0 * L1 + p", "F0 = F0 * L0 + t0"],
];

/**
 * 2T and the tangent at T, in homogeneous coordinates. Source: Aranha et al., "Faster explicit formulas for computing pairings over
 * ordinary curves", section 4.1, four times as large. Z = 0 remains 0.
 */
const DOUBLING = [
  ...["B = pair.Y * pair.Y", "C = pair.Z * pair.Z", "Q = pair.X * pair.X"],
  ...["E = C * threeTwistB", "N = E * minusThree + B", "L3 = B * minusOne + E", "U = E * minusTwelve", "V = N * N"],
  ...["D = pair.Y * two", "H = pair.Z * D", "W = pair.X * D", "L0 = pair.minusYP * H", "L1 = pair.threeXP * Q"],
  ...["H = H * four", "pair.X = W * N", "pair.Y = U * L3 + V", "pair.Z = B * H"],
];

/** T + Q and the line through both. Z becomes 0 if both have one x, and Z = 0 remains 0. */
const ADDITION = [
  ...["T = signed.minusY * pair.Z + pair.Y", "S = pair.minusX * pair.Z + pair.X", "C = T * T", "D = S * S", "E = S * D"],
  ...[
    "A = pair.Z * C + E",
    "W = pair.X * D",
    "M = pair.Y * E",
    "J = pair.minusX * T",
    "L0 = pair.minusYP * S",
    "L1 = pair.xP * T",
  ],
  ...["L3 = signed.y * S + J", "pair.Z = pair.Z * E"],
  ...["H = W * minusTwo + A", "K = H * minusOne + W", "M = M * minusOne"],
  ...["pair.X = S * H", "pair.Y = T * K + M"],
];

const BEGINNING = [
  ...["pair.X = QX * one", "pair.Y = QY * one", "pair.Z = one * one"],
  ...["pair.minusYP = PY * minusOne", "pair.threeXP = PX * three", "pair.xP = PX * one"],
  ...["pair.minusX = QX * minusOne", "pair.y = QY * one", "pair.minusY = QY * minusOne", "pair.yAgain = QY * one"],
];

/** The Frobenius image (x̄·a2, ȳ·a3) becomes the second point; the third one is (x̄·a2·b2, −ȳ·a3). */
const FIRST_IMAGE = [
  ...["imageX = conjX * a2", "lastX = imageX * b2", "imageY = conjY * a3"],
  ...["pair.minusX = imageX * one", "pair.yImage = imageY * one", "pair.minusYImage = imageY * minusOne"],
  "imageY = imageY * minusOne",
];

/**
 * 2S on y² = x³ + 3, for every S. Source: Renes, Costello and Batina, "Complete addition formulas for prime order elliptic curves",
 * algorithm 9; nine is 3b.
 */
const DOUBLED_MULTIPLE = [
  ...["B = SY * SY", "C = SZ * SZ", "E = C * nine", "N = E * minusThree + B", "K = E * one + B", "H = B * eight", "M = E * H"],
  ...["W = SX * SY", "W = W * two", "D = SY * SZ", "SY = N * K + M", "SX = N * W", "SZ = D * H"],
];

/** S + Q for every S and Q. Source: the same, algorithm 7. */
const ADDED_ENTRY = [
  ...["A = SX * pair.X", "B = SY * pair.Y", "C = SZ * pair.Z", "M = SX * pair.Y", "M = SY * pair.X + M"],
  ...["J = SY * pair.Z", "J = SZ * pair.Y + J", "K = SX * pair.Z", "K = SZ * pair.X + K"],
  ...["A = A * three", "C = C * nine", "V = C * one + B", "N = C * minusOne + B", "Q = K * nine", "U = Q * minusOne"],
  ...["p = J * U", "SX = M * N + p", "p = Q * A", "SY = N * V + p", "p = A * M", "SZ = V * J + p"],
];

/** Norm in Fp2 of an F that has only even powers of w, and its inverse times the norm: t0 + t1·w² + t2·w⁴. */
const NORM = [
  ...["X1 = F4 * xi", "X2 = F2 * minusOne", "X3 = F0 * minusOne"],
  ...["t0 = X2 * X1", "t0 = F0 * F0 + t0", "t1 = F4 * X1", "t1 = X2 * F0 + t1", "t2 = F2 * F2", "t2 = F4 * X3 + t2"],
  ...["norm = F4 * t1", "norm = F2 * t2 + norm", "norm = norm * xi", "norm = F0 * t0 + norm"],
];

const INVERSE = [
  ...["G0 = t0 * inverse", "G2 = t1 * inverse", "G4 = t2 * inverse"],
  ...[1, 3, 5].map((i) => `G${i} = zero * zero`),
];
