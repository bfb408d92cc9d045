/** Schemas of inputs that end up in certificates. */
import { text } from "./inputs";

export const organization = text("an organization")
  .max(50, "must have 50 characters at most")
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9 .,'()&:/_+@=-]*[A-Za-z0-9.)])?$/,
    "must begin and end with a letter or a digit, and have nothing but those, spaces and . , ' ( ) & : / _ + @ = - between",
  )
  .default("pulumi-kvm-live");
