/** Keys of the programs from chunks to L1, as scripts/generate-programs.ts writes them. */
export const WRITTEN_PROGRAMS = {
  chunkRoots: {
    "16": "783befa8054624ad7963f0295d6ee5783794c7285fd1d0ab6d6c91e4732d9e43",
    "17": "0ca5ec3c69bf0c742b67f7f250c6b52919cb40b576aba55531baac78572ad2c6",
    "18": "2df92fea2dd0c6af795a252b24e82c604665ad2b02c3d7ae332e840e74cca298",
    "19": "14ea8b145b5471da05d6d7f35c31624860a0c63347fabd542a0a109e0b7fe3a6",
    "20": "79682bb4633f990e7b001da045f049352f2f48152e43cd8674c489f34536e6d2",
    "21": "31eb86a3429db2f609fac85074a35cb6196e16bd10ced1ca0efc6ebe756176bd",
    "22": "71aa5f0f32cd1b5626e0efde2cfc6597300ea77414211eaa5e0fd76a143e5652",
  },
  forms: {
    chunks: {
      hash: [15, 14],
      arithmetic: [17, 13],
      dot: [14],
      deal: [12],
      bits: [9],
      pack: [8],
      constant: [6],
      offer: [12],
      pick: [12],
    },
    batches: {
      hash: [15, 6],
      arithmetic: [16, 14],
      dot: [14],
      deal: [12],
      bits: [9],
      pack: [9],
      constant: [6],
      offer: [12],
      pick: [11],
    },
    wrap: { hash: [13], arithmetic: [15], dot: [10], deal: [10], bits: [], pack: [10], constant: [10], offer: [], pick: [] },
    fast: { hash: [14], arithmetic: [16], dot: [12], deal: [11], bits: [], pack: [10], constant: [10], offer: [11], pick: [10] },
  },
  keys: {
    chunks: [
      [
        "44ef193c06c7170a672a487336a274b35acdffa65e7c3bf3411b9e1a69630352",
        "629befff7348afc551a94ad811e2782b07285e7536564fdd698b07e3181f7088",
      ],
      [
        "561d4fc67a4488af661aae541b16640d141833b631d9e23c021b3c1467f2cbca",
        "0e6616b04bb4dd8c5cd397470327b1b66d7f0dd918c4b85b61610ba87cbeed1d",
      ],
      [
        "1f118e3636a6782e31b69f926e68c08a39dbc81b5acbed5b4abbef7477a3593c",
        "34395c9465d67e645ee269d55b4ff28c19a3b11a0df6244935f2188f38df5fad",
      ],
      [
        "539db8f56a8352840366752576c7a07f3e1ee079515763f639d8cace0d637a7e",
        "0e57f4732f788a6672ecf9e2072220312e6ed632231df4f27aab7d8f649c99b7",
      ],
      [
        "36130d8b2a33014c0cf894594237d3e9783619be3cfde28e42c107477d54e2ec",
        "708859a5178728de0228608168ff42161b7504726f0b259a6c7f6555136b36c0",
      ],
      [
        "0044cb6c028384b5213ecf4605bb0dbe2eaed4ee1ddf662d458ceec000b72028",
        "41b67c4c52c8d1c1075d7c125dacd3116a811b7546d380b05baddd825f25583b",
      ],
      [
        "7c06aeac0c94f2fd6f18c494382c064a071b88ed37d137bb230f97cc361b624a",
        "13aaa28225204e6d6c4dfa436baf49bb21a9697860d775435c6d8c770fca2886",
      ],
      [
        "329387a80f59bd9801eb017565e53fee1b4ca61269cabad33b610b5d13107f10",
        "1c6a08c667f55f85658b760233b9e53b0e036b62614aba28628577844e4bbb44",
      ],
      [
        "61849e1177b61f80381222e34087e3ba14c08efc5486a79f43f5b94837829c8f",
        "004cff4a1dd2e0e55ac122fc19d9ae0d6baa9b782d60886c16b83a823d11c2cf",
      ],
      [
        "4e599da721d6dd282f85dc6307fcaa912fa4f58a727100087917fbd74dc8b1eb",
        "78e85ec25be3f2827a367fcf3f96bfc952ce8dc658238e7d68baab364ffa6d22",
      ],
      [
        "596205c2689935f34ed6b4d855816b0d5268caa10367b7e364291dce4f3b6af8",
        "734c23f95fcd25686f1cb6513e310c7257a8456131fbff765f31466458bb46eb",
      ],
      [
        "20a0166038489272758d0b1637e75a727b9ed4e0035815f160e181042ffc3448",
        "07aad132340399742a410dfc45c9d3d33250c05506153ab35862b9cf7e02adb0",
      ],
      [
        "4811460c466ed92b04ebd41a186edc391250162a129a3d666181ed385e667e84",
        "4cd79f796c6e36e90dec8d25342526d4518fa3f00b10682f02b4212d114f3c6c",
      ],
      [
        "7395e82e74356ee55e122cf514d3a6eb6a4ae62227d54d1213af47ba183cbc7d",
        "5c27988d6183f01026d42ab24bd480e6308e3eb62dd71248453ed32433bbe166",
      ],
    ],
    batches: [
      [
        "5a263f8d0cf06c3627ff133f7cc5d38d6b73ad3667c61e0914c2824224cb67c2",
        "21ac23881c8bd9a34feb2b6c5311c6b7597b88117d6a05b31e5c046c50ceac01",
      ],
      [
        "2f90c5025f12640a2ddae4004e056d11728655714989508305f780151f28848b",
        "28bf0f2233726f8a05c0b57d11e0d7c542676caf189727e24e5929a56c3b8945",
      ],
      [
        "30582bbc41c6787f09769a50722f5af911be66e864f3d0d3428b79f225ff8a1f",
        "16a60ecb15ea09d92e0b346b1ac59e192d928f9d11422d143867b767212c8071",
      ],
      [
        "3515d9251890480f325dda8420eaf7010b62e9cf438e0b120fe611df35e1beb5",
        "6d56c046790a5e317bf717d9040327805ac9ef27008caf0d794b14dd59452a6c",
      ],
      [
        "087cef5a6445768b36490e1711e06a0a47995e0a54a2cd7f721f2e5d03e57683",
        "36e12bb97eb06be13ffc0caa51094b5578c3c49414d381477ca3a6cd670e977b",
      ],
      [
        "61ca6e813192dc6e1ca5df6348e166933b38aa2b17cd1cf6213e34e14295a2c0",
        "760c17e03ca40d0d01a1a3051413ffbe38e868192c0486031bf8687443c26198",
      ],
      [
        "51132acf47e6f96342a680a74a2e6e4c548612fb00cf1fef30c2d46038244d29",
        "4aec6ab76c10b28113f517bf0331aa143cde2ab1790e945e714b197510ba8868",
      ],
      [
        "15ea4e905880f11b51ff944322c9ed533888dfac072d9dc174f384d9178054ec",
        "07a67c1a43493bfb083a1b960be62682319ea7eb5e8eb3040befd5107d929059",
      ],
      [
        "504a0f8c35154e955a4fd08647e2e68615a640bd2073d051349e0375309bda29",
        "4a429aea14548f2779a411f120583c326c890c1331a2be6c41fca77531b0bb21",
      ],
      [
        "698a5b98020a34774921a3a434ce2e2640c874796ea477d8524c787b3b543ffa",
        "00f82d4d6f433e7e72236bcf1197002114a974194b3083204a2e5128649bc5e3",
      ],
    ],
  },
  batchesDigest: "3f59c4ad24688a7c72a7860566af608f272af4bb6540714473e669a41ae6a659",
  compressRoot: "110bf22652d3e23034d4d232322584a163b89c205e9c2a5819e0194176eff831",
  wrapRoot: "21447a5664e556c91f1a30b3d18d375860f66c660bd1367cf039",
  fastRoot: "7df4800aef7442eccdaa3770e926ee8a27799a1333d67dc28d66",
} as const;
