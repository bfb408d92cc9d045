# Builds libvirt's modular daemons in a tree of Debian's, of the source of the libvirt0 that is installed there: Debian builds
# them and puts them into no package. Only their own objects are compiled; they are linked with Debian's libraries. What a
# host needs of them is below /out afterwards.
set -eu
cd /root
version=$(dpkg-query --show --showformat "\${Version}" libvirt0)
apt-get source --print-uris "libvirt=$version" | tr -d "'" | while read -r uri name _ hash; do
  case $name in *.tar.xz) /usr/lib/apt/apt-helper download-file "$uri" "$name" "$hash" ;; esac
done
mkdir source
tar -xJf libvirt_*.orig.tar.xz -C source --strip-components=1 --no-same-owner
cd source
tar -xJf ../libvirt_*.debian.tar.xz --no-same-owner
grep -v '^#' debian/patches/series | while read -r patch; do [ -z "$patch" ] || patch -s -p1 < "debian/patches/$patch"; done
meson setup build --buildtype=plain --auto-features=disabled \
  -Dprefix=/usr -Dlibdir=lib/x86_64-linux-gnu -Dlibexecdir=/usr/lib/libvirt -Dsysconfdir=/etc -Dlocalstatedir=/var \
  -Drunstatedir=/run -Dinitconfdir=/etc/default -Dinit_script=systemd -Dremote_default_mode=legacy -Dtls_priority=NORMAL \
  -Dqemu_user=libvirt-qemu -Dqemu_group=libvirt-qemu -Ddriver_libvirtd=enabled -Ddriver_remote=enabled \
  -Ddriver_qemu=enabled -Ddriver_network=enabled -Dstorage_fs=enabled -Djson_c=enabled -Dsasl=enabled
cd build
# shellcheck disable=SC2046 # names of targets
ninja $(ninja -t targets all | grep -oE '^src/virt(qemu|proxy|network|storage)d[.]p/.*[.]o') src/admin/libvirt_admin_driver.a
mkdir -p /out/usr/sbin /out/usr/lib/systemd/system /out/etc/libvirt
libraries=/usr/lib/x86_64-linux-gnu
for daemon in virtqemud virtproxyd virtnetworkd virtstoraged; do
  cc -o "/out/usr/sbin/$daemon" "src/$daemon.p/"*.o src/admin/libvirt_admin_driver.a \
    "$libraries/libvirt.so.0" "$libraries/libvirt-lxc.so.0" "$libraries/libvirt-qemu.so.0" \
    -pie -Wl,--as-needed -Wl,--no-undefined -Wl,-z,relro -Wl,-z,now -Wl,-export-dynamic \
    -lgnutls -lglib-2.0 -lgobject-2.0 -lgio-2.0 -lxml2 -lsasl2 -ltirpc
  strip "/out/usr/sbin/$daemon"
  cp "src/$daemon.service" "src/$daemon"*.socket /out/usr/lib/systemd/system
  cp "src/$daemon.conf" /out/etc/libvirt
done
