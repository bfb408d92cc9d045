/** A placed guest whose previews are read for the codes of their findings. */
import { guests } from "../../lab/guest/build";
import { domainXml, type GuestDomain } from "../../lab/guest/domain";
import { PlacedGuest } from "./placed-guest";

type Inputs = Awaited<ReturnType<PlacedGuest["inputs"]>>;

export class PreviewedGuest extends PlacedGuest {
  protected override readonly blockingDevices = "keep";
  /** Elements of `<devices>`. */
  devices = "";
  /** Elements beside `<devices>`. */
  inner = "";
  /** What else is another in its definition. */
  change = (xml: string): string => xml;

  constructor(name: string, devices = "", guest: Partial<GuestDomain> = {}) {
    super(name, guests.beat, guest);
    this.devices = devices;
  }

  protected override xml(): string {
    const xml = domainXml(this.guest)
      .replace("<memballoon", `${this.devices}<memballoon`)
      .replace("<features>", `${this.inner}<features>`);
    return this.change(xml);
  }

  /** All that a preview says of what the host would be. */
  async previewOf(host: "hv-a" | "hv-b", migration: Inputs["migration"] = {}, changes: Partial<Inputs> = {}) {
    this.placement.told.length = 0;
    const refusal = await this.placement.preview(await this.inputs(host, migration, changes)).then(
      () => "",
      (error: Error) => error.message,
    );
    return `${this.told}\n${refusal}`;
  }
}

/** Each once, sorted. */
export const codesIn = (said: string): string[] =>
  [...new Set([...said.matchAll(/\[([a-z-]+)\]$/gm)].map(([, code = ""]) => code))].sort();
