package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig returns a kubeconfig for the administrator, complete in itself, whose current context is
// named Options.Name. It contains the admin's token: keep it private.
func (c *ControlPlane) Kubeconfig() ([]byte, error) {
	config := clientcmdapi.NewConfig()
	config.Clusters[c.name] = &clientcmdapi.Cluster{Server: c.url, CertificateAuthorityData: c.cred.caPEM}
	config.AuthInfos[c.name] = &clientcmdapi.AuthInfo{Token: c.cred.token}
	config.Contexts[c.name] = &clientcmdapi.Context{Cluster: c.name, AuthInfo: c.name, Namespace: "default"}
	config.CurrentContext = c.name
	content, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return content, nil
}

// WriteKubeconfig writes Kubeconfig to path with mode 0600, replacing the file at once, so that a reader
// never sees half of it.
func (c *ControlPlane) WriteKubeconfig(path string) error {
	content, err := c.Kubeconfig()
	if err != nil {
		return err
	}
	// CreateTemp makes files of mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing the kubeconfig: %w", err), os.Remove(file.Name()))
	}
	return nil
}
