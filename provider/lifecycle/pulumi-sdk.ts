/** The one door to @pulumi/pulumi. Types are imported from it anywhere. */
export { createUrn, dynamic, isSecret, log, output, provider, runtime, secret } from "@pulumi/pulumi";
