/** QEMU's first release that goes over to post-copy when it sends by several connections (multifd); both sides need it. */
export const parallelPostCopySince = "10.1";
