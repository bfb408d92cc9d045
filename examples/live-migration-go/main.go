// ../live-migration in Go: `pulumi config set host hv-b && pulumi up` moves the guest live. Once before:
//
//	npm install && npm run build        (in this repository)
//	pulumi package add ../../plugin     (writes sdks/kvm, and notes it in go.mod; docs/plugin.md)
//	go mod tidy
//
// The stack's configuration is that of ../live-migration; of `login` what the struct has.
package main

import (
	"os"

	"example.com/pulumi-kvm/sdk/go/kvm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// login has what is the same for all hosts; what is nil is left out.
type login struct {
	User         *string `json:"user"`
	IdentityFile *string `json:"identityFile"`
	KnownHosts   *string `json:"knownHosts"`
	SSHConfig    *string `json:"sshConfig"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		var as login
		var mountOptions []string
		var addresses map[string]string
		_ = settings.GetObject("login", &as)
		_ = settings.GetObject("mountOptions", &mountOptions)
		settings.RequireObject("addresses", &addresses)
		path := or(settings.Get("path"), "/srv/vm")
		xml, err := os.ReadFile(or(settings.Get("domainXml"), "../live-migration/ubuntu-14.04.xml"))
		if err != nil {
			return err
		}

		hosts := map[string]*kvm.Host{}
		for _, name := range []string{"hv-a", "hv-b", "nas"} {
			hosts[name], err = kvm.NewHost(ctx, name, &kvm.HostArgs{
				Address:      pulumi.String(addresses[name]),
				User:         pulumi.StringPtrFromPtr(as.User),
				IdentityFile: pulumi.StringPtrFromPtr(as.IdentityFile),
				KnownHosts:   pulumi.StringPtrFromPtr(as.KnownHosts),
				SshConfig:    pulumi.StringPtrFromPtr(as.SSHConfig),
			})
			if err != nil {
				return err
			}
		}
		hypervisors := pulumi.Array{hosts["hv-a"], hosts["hv-b"]}

		images, err := kvm.NewNfsExport(ctx, "images", &kvm.NfsExportArgs{
			Server: hosts["nas"],
			Path:   pulumi.String(path),
			Clients: kvm.NfsExportClientArray{kvm.NfsExportClientArgs{
				Client:  pulumi.String(settings.Require("clients")),
				Options: pulumi.ToStringArray([]string{"rw", "sync", "no_root_squash"}),
			}},
		})
		if err != nil {
			return err
		}
		var before []pulumi.Resource
		for _, name := range []string{"hv-a", "hv-b"} {
			args := kvm.NfsMountArgs{Host: hosts[name], Source: images.Source, Path: pulumi.String(path)}
			if mountOptions != nil {
				args.Options = pulumi.ToStringArray(mountOptions)
			}
			mount, err := kvm.NewNfsMount(ctx, "images-"+name, &args)
			if err != nil {
				return err
			}
			before = append(before, mount)
		}
		pki, err := kvm.NewLibvirtTlsPki(ctx, "pki", &kvm.LibvirtTlsPkiArgs{Authority: hosts["hv-a"], Hosts: hypervisors})
		if err != nil {
			return err
		}

		guest, err := kvm.NewDomain(ctx, "ubuntu-14.04", &kvm.DomainArgs{
			Xml: pulumi.String(xml),
			BlockingDevices: kvm.DomainBlockingDevicesArgs{Remove: kvm.DomainBlockingDevicesRemoveArray{
				kvm.DomainBlockingDevicesRemoveCdrom, kvm.DomainBlockingDevicesRemoveUsb,
			}},
		})
		if err != nil {
			return err
		}
		placement, err := kvm.NewDomainPlacement(ctx, "ubuntu-14.04", &kvm.DomainPlacementArgs{
			Domain:     guest,
			Host:       pulumi.String(settings.Require("host")),
			Candidates: hypervisors,
			OnDelete:   kvm.DomainPlacementOnDelete(or(settings.Get("onDelete"), "shutdown")),
		}, pulumi.DependsOn(append(before, pki)))
		if err != nil {
			return err
		}

		ctx.Export("host", placement.Host)
		ctx.Export("lastMigration", placement.LastMigration)
		return nil
	})
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
