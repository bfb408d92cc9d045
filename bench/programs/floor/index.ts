// What Pulumi itself costs: resources that do nothing, two for each guest of the other program.
import { Config, dynamic } from "@pulumi/pulumi";

const provider: dynamic.ResourceProvider = {
  create: async (inputs) => ({ id: inputs.name, outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: news }),
};

class Nothing extends dynamic.Resource {
  constructor(name: string) {
    super(provider, name, { name });
  }
}

for (let number = 0; number < 2 * new Config().requireNumber("guests"); number++) new Nothing(`nothing-${number}`);
