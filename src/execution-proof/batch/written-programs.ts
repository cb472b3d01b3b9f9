/** Keys of the programs from chunks to L1, as scripts/generate-programs.ts writes them. */
export const WRITTEN_PROGRAMS = {
  chunkRoots: {
    "16": "2b3819a94bb3f87865c38f297700739f40aad6425b7ea4f711485bd5368722fe",
    "17": "1f80739a70cd22bb326295b424c7d5d06c6f9522337627344d1b545f267b0091",
    "18": "054df37a2164bf481307f6b0436e0dd867e110877bb757a611b58de90bc65ec7",
    "19": "00a71e8834bf1ac742ffa477205709472dcadbce0c9e158555ab92f30af5c7f1",
    "20": "02c1800924f269475af2962817e5bc4b0c06319373868084782978d818c77337",
    "21": "051a9f0156a37ba941eb9f3a253e73f23fae5f257ef3752963f09b1e292cc97d",
    "22": "0595e93d1153d2d82f00e1cd42d0d116541f1dac20b401453d1a316363f213f0",
  },
  forms: {
    chunks: {
      hash: [15, 14],
      arithmetic: [17, 15],
      dot: [14],
      deal: [12],
      bits: [9],
      pack: [8],
      constant: [6],
    },
    batches: {
      hash: [15, 13],
      arithmetic: [17],
      dot: [13, 10],
      deal: [11],
      bits: [],
      pack: [8],
      constant: [6],
    },
    wrap: {
      hash: [13],
      arithmetic: [15],
      dot: [10],
      deal: [10],
      bits: [],
      pack: [10],
      constant: [10],
    },
  },
  keys: {
    chunks: [
      [
        "3f68dc803832669a0567922e1dc9225f5c1f82fb1ffc41484cf5c0176af2cfe5",
        "1d9b8f9a6c80ff4720486a46342e317b2092cc9d1ffb3bae2587835379114cc8",
      ],
      [
        "64a48ea435851fae14be9de71da52b903744f6970be90be8648dcff260722c58",
        "08badff464e37cfc28060a1e662b883b01837f252ed98bc456af15f04f30872a",
      ],
      [
        "3dcee9991179255a06f3c5f54d49ffb204a37c0273818452531e3a0b711040c3",
        "15eabf1c37c17f3552a25fbb550851f3009be845129cfb1146ea2d99236f59b6",
      ],
      [
        "6e538f0c6f28360a2d28dee144fcc7f5210adad60e85d8e27cb9222d467cbccb",
        "61082be969c44e4e371e31170b108c506175a7803804f4ed0b8dfefb21e3c17f",
      ],
      [
        "49b8ee4e5414526e77a9a8f67b157a987052123936b44b301828f1335fdef27d",
        "40a5296479fe3e4745dc11af71cae903214d1a4b6aeac2d31d8286fe56b70de4",
      ],
      [
        "43b1ed692543d55b50b8b9be2afd9a332f3ac27a230160003f5f643469f9af02",
        "78c80b023d3655822a7924af2e555d497af641b1108bfc2f3ab1c32b6712ff6b",
      ],
      [
        "60b697f32488eb643287fbfd4ad916da5a857e1e7c099a6d1e80aa3b1c2bb809",
        "7197f947591bdb211a560ff7495626e021b8d9d72bd7bb3f51c9c6c34ae58d2a",
      ],
      [
        "4a8d3d7e6b876214288f8ab3599aaaf55fc6f1a2077d03c01cbc5f5b16ddfc7d",
        "697b07546e5a753c3deb399b2b9c628b0cda2f10478b176c6b1749516820a11b",
      ],
      [
        "38ef19496756499a48adb3bc5bc276fb2b66e2b30fbf0dfb02340cfc7afe3cf4",
        "7bcf503c2786843c7c5c854750e4889a48be09907d2459bc454fe4187d4ec1c0",
      ],
      [
        "7a8bf2f01e1ad8002973c5866d4535c548df859434131f081962adc17e45c75f",
        "246d611f20d457f829687adf6ac43133682d197363e2c79e559d2c2f7c611be2",
      ],
      [
        "146239b52e6e64d629c14c8b4cfdf3883db34ee90941a1df7901b2cf5f512d50",
        "4c223ee44c1e49f007ac7c976b07d6296b4810371f232c514ae60c711bb2a8b3",
      ],
    ],
    batches: [
      [
        "47c1a5286effa7a2534fc05457bde7ba22fa18ae69be6de21b0a0e3f0d9161de",
        "13e0cf922c7aea924229b5bd66f6d4844323c0be42fa2d1f491f09294c324b49",
      ],
      [
        "568ca41e42418c5a611692bd2cb91bd153a27295762b9e6c5f781bca4d3ce069",
        "2476800e0de7cd244c7e5a685d86ebb8207e7a14382d31dc24b9eebe60f51800",
      ],
      [
        "6760dea566370b9b0b135e040a859a90130d313e74d9d49270f7a7297874b3ea",
        "3d0357cc0e0cd46b6754d0f33a3818034d9d001a7426267a73c8624e7187ba86",
      ],
      [
        "7045939c000614db5cc21f9c4964eef21e5ab054220d3b656f87616957bf8251",
        "5c25a7336e32a49e4393313d0962ddf2562daf80114313d81430932f1c3ec1cb",
      ],
      [
        "567772c94472d626146a23df79313c7e66c0e45d5f452dc27e0c8d7d2bcf9bcb",
        "1c0f7bd65c9f765420794116085daa0202f5b0764facf4b84bccec983f6ec4bf",
      ],
      [
        "3221e3742ed6991860ba3b9d0f1af78363f5a9601a5f9ad2327d101c2cd4bfcf",
        "2ea349c00dac51403aa548274b5c48c25c577052077d3d207df7e1f23a0520cd",
      ],
      [
        "73b7c16819b6efd033d3c23a1727bfd91923fc3279f0c771010c3b546b26ced6",
        "4116e0425fb7775c03f21eba2ae4eb8137fcac8a2fb5211b301e416a0fe12908",
      ],
      [
        "72d12ae72df2c6664caec1e6256f8b2a005916e03b2dd9734f747eb90187c72f",
        "2d2881dc0991405511f629f73b4c3faf6d1828564d84c3d020b8d1ee05304fda",
      ],
      [
        "1f3a7ec761e68e6743b32b455f94a4d11924d3400364d1193d988b601ce113a0",
        "2b9873bc04139c0b7ae965a061c7f4ac01f8528a147c9a1d0ef194537890783d",
      ],
      [
        "6d6cf2c02f0bb98d0333e5d73be3a4091fd0100f363efd2a6429b6654bc4e680",
        "6a13bbcc330bc54f212c96583818df494fd38d2076bdd1cb68fc244e6771d20a",
      ],
    ],
  },
  compressRoot: "35326467312592590c56156d270e07c80328c46454282e025ebf9e6e088ad6ed",
  wrapRoot: "0eff4525f9aa215b3468922634b501fd05d4e4be0bfa50a455",
} as const;
